"""`make bench`: what a click costs, beside what others would need for the bare job."""
