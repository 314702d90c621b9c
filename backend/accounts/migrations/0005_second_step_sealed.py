from django.db import migrations

from backend.accounts import sealing


def seal(apps, schema_editor):
    devices = apps.get_model('otp_totp', 'TOTPDevice')
    for device in devices.objects.all():
        if not device.key.startswith('~'):
            device.key = sealing.sealed(bytes.fromhex(device.key), device.user_id)
            device.save(update_fields=['key'])


def unseal(apps, schema_editor):
    devices = apps.get_model('otp_totp', 'TOTPDevice')
    for device in devices.objects.all():
        device.key = sealing.opened(device.key, device.user_id).hex()
        device.save(update_fields=['key'])


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_signed_in'),
        ('otp_totp', '0003_add_timestamps'),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeApp',
            fields=[],
            options={'proxy': True, 'indexes': [], 'constraints': []},
            bases=('otp_totp.totpdevice',),
        ),
        migrations.RunPython(seal, unseal),
    ]
