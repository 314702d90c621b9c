from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0007_change_feed_begins'),
    ]

    operations = [
        migrations.AddField(
            model_name='visit',
            name='themes',
            field=models.JSONField(null=True),
        ),
    ]
