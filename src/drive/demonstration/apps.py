from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "drive.demonstration"
    label = "demonstration"
    default_auto_field = "django.db.models.BigAutoField"
