from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "drive.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import sign_in_events  # noqa: F401  # connects the receivers
