"""All modalities in, one explained result out: Trust Score, interval, contributions, alerts, summary."""
