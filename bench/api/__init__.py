"""How fast one worker of the hub answers, beside a bare framework and the bare core."""
