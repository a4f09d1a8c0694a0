"""An OAuth authorisation server that providers' peculiarities are set on."""
