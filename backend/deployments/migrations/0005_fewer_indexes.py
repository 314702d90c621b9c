import django.db.models.deletion
from django.db import migrations, models

from backend.migrating import without_index


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0004_entity_versions'),
        ('registry', '0001_initial'),
    ]

    operations = [
        # Each of these is the beginning of another index, or never searched by.
        migrations.SeparateDatabaseAndState(
            database_operations=[without_index('deployments', [('visit', 'deployment'), ('visit', 'village'), ('deploymentmonth', 'deployment')])],
            state_operations=[
                migrations.AlterField(
                    model_name='deploymentmonth',
                    name='deployment',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='months', to='deployments.deployment'),
                ),
                migrations.AlterField(
                    model_name='visit',
                    name='deployment',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='deployments.deployment'),
                ),
                migrations.AlterField(
                    model_name='visit',
                    name='village',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='registry.village'),
                ),
            ],
        ),
    ]
