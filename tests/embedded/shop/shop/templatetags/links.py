"""Tags called as a library of the dashboard's is."""

from django.template import Library

register = Library()


@register.filter
def loud(text):
    return text.upper()
