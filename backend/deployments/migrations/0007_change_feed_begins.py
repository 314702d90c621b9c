from django.db import migrations

from backend.deployments import feed


def install(apps, schema_editor):
    feed.install(schema_editor.connection)


def uninstall(apps, schema_editor):
    feed.uninstall(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0006_published_months'),
    ]

    operations = [
        migrations.RemoveField(model_name='change', name='transaction'),
        migrations.RunPython(install, uninstall),
    ]
