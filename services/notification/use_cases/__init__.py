"""What the notification service does: announce, show, push."""
