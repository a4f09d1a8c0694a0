"""What operators watch: metrics for Prometheus, traces for OpenTelemetry. Neither names people or organisations."""
