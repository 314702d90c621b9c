import django.db.models.deletion
from django.db import migrations, models

from backend.migrating import without_index


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_signed_in'),
        ('submissions', '0005_entities_and_drafts'),
    ]

    operations = [
        # Each of these is the beginning of another index, or never searched by.
        migrations.SeparateDatabaseAndState(
            database_operations=[without_index('submissions', [('submission', 'form'), ('submission', 'device'), ('submissionversion', 'submission'), ('submissionversion', 'form_version'), ('submissionversion', 'device'), ('attachment', 'version'), ('personalvalue', 'version')])],
            state_operations=[
                migrations.AlterField(
                    model_name='attachment',
                    name='version',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='submissions.submissionversion'),
                ),
                migrations.AlterField(
                    model_name='personalvalue',
                    name='version',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='personal', to='submissions.submissionversion'),
                ),
                migrations.AlterField(
                    model_name='submission',
                    name='device',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='accounts.device'),
                ),
                migrations.AlterField(
                    model_name='submission',
                    name='form',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='submissions.form'),
                ),
                migrations.AlterField(
                    model_name='submissionversion',
                    name='device',
                    field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.device'),
                ),
                migrations.AlterField(
                    model_name='submissionversion',
                    name='form_version',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='submissions.formversion'),
                ),
                migrations.AlterField(
                    model_name='submissionversion',
                    name='submission',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='submissions.submission'),
                ),
            ],
        ),
    ]
