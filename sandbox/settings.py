"""What `python -m sandbox` can be told, by `SANDBOX_*` variables."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Where the simulators listen, keep their state and find recordings."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8100
    data_dir: Path = Path("var/sandbox")
    recordings_dir: Path = Path(__file__).parent / "recordings"
    """Only files directly in this directory can be played."""

    @property
    def base_url(self) -> str:
        """The address everything is reached under, without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    @property
    def other_host_url(self) -> str:
        """The same server under another host name: where downloads are redirected to."""
        other = "127.0.0.1" if self.host == "localhost" else "localhost"
        return f"http://{other}:{self.port}"
