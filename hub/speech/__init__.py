"""Speech emotion in the shapes of other products, so that their callers can change over by changing an address."""
