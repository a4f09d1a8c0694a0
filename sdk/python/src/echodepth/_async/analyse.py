"""`client.analyse`: recordings, texts and pictures in, explained reports out."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TypedDict, Unpack

from echodepth import inputs
from echodepth._async.results import AsyncResults, OnProgress, completed
from echodepth._async.transport import AsyncTransport
from echodepth.errors import AnalysisFailed, ApiError, EchoDepthError
from echodepth.files import FileInput
from echodepth.inputs import Inputs, Options
from echodepth.models.analysis import Analysis


class Waiting(TypedDict, total=False):
    """How to wait for it."""

    wait: bool
    """False gives the job at once, as it is: `results.wait(job_id)` waits for it."""
    on_progress: OnProgress | None
    """Called with the analysis each time it is looked at: `progress` goes from 0 to 1, `stage` is a word."""
    timeout: float | None
    """Seconds after which to give up waiting; the analysis goes on."""


class How(Options, Waiting, total=False):
    """How to analyse, and how to wait for it."""


class AsyncAnalyse:
    """Every method waits for the report, however long that takes, and raises `AnalysisFailed` where there is none.

    If waiting is interrupted (Ctrl-C, a cancelled task, an exception in `on_progress`), the analysis is cancelled too.
    """

    def __init__(self, transport: AsyncTransport, results: AsyncResults) -> None:
        self._transport = transport
        self._results = results

    @inputs.only_known(How)
    async def video(
        self,
        file: FileInput | None = None,
        *,
        url: str | None = None,
        transcript: FileInput | None = None,
        **how: Unpack[How],
    ) -> Analysis:
        """Analyse a video: faces, voice and words.

        `transcript` is what is said in it: text as `str`, or a WebVTT or SRT file as a `Path`, bytes or an open file.
        """
        return await self._run("video", inputs.recording(file, url, transcript), how)

    @inputs.only_known(How)
    async def audio(
        self,
        file: FileInput | None = None,
        *,
        url: str | None = None,
        transcript: FileInput | None = None,
        **how: Unpack[How],
    ) -> Analysis:
        """Analyse sound: voice and words. `transcript` as for a video."""
        return await self._run("audio", inputs.recording(file, url, transcript), how)

    @inputs.only_known(How)
    async def text(
        self,
        text: str | None = None,
        *,
        file: FileInput | None = None,
        url: str | None = None,
        **how: Unpack[How],
    ) -> Analysis:
        """Analyse a text, or a document (txt, md, vtt, srt, pdf, docx)."""
        return await self._run("text", inputs.document(text, file, url), how)

    @inputs.only_known(How)
    async def image(
        self,
        file: FileInput | Sequence[FileInput] | None = None,
        *,
        url: str | Sequence[str] | None = None,
        **how: Unpack[How],
    ) -> Analysis:
        """Analyse one picture or several."""
        return await self._run("image", inputs.pictures(file, url), how)

    @inputs.only_known(How)
    async def multimodal(
        self,
        *,
        video: FileInput | None = None,
        audio: FileInput | None = None,
        image: FileInput | Sequence[FileInput] | None = None,
        document: FileInput | None = None,
        text: str | None = None,
        video_url: str | None = None,
        audio_url: str | None = None,
        text_url: str | None = None,
        image_url: str | Sequence[str] | None = None,
        **how: Unpack[How],
    ) -> Analysis:
        """Analyse any mix into one report. A document that comes with a recording is its transcript."""
        files = {"video": video, "audio": audio, "image": image, "text": document}
        urls = {"video": video_url, "audio": audio_url, "text": text_url, "image": image_url}
        return await self._run("multimodal", inputs.mix(files, urls, text), how)

    async def _run(self, kind: str, given: Inputs, how: How) -> Analysis:
        waits = how.get("wait", True)
        try:
            found = await self._transport.ask(given.call(kind, how, background=not waits), Analysis)
        except ApiError as error:
            raise _failure(error) from error
        if not waits:
            return found
        if not found.is_done:
            return await self._wait(found.job_id, how)
        tell = how.get("on_progress")
        if tell:
            tell(found)
        return completed(found)

    async def _wait(self, job_id: str, how: How) -> Analysis:
        try:
            return await self._results.wait(job_id, on_progress=how.get("on_progress"), timeout=how.get("timeout"))
        except EchoDepthError:
            raise
        except BaseException:  # whoever waited has gone: nobody would read the report
            with suppress(EchoDepthError):  # what interrupted the waiting matters more
                await self._results.cancel(job_id)
            raise


def _failure(error: ApiError) -> EchoDepthError:
    """An input that was refused after it was taken is a failed analysis, however fast that was."""
    job_id = error.details.get("job_id")
    if not isinstance(job_id, str):
        return error
    return AnalysisFailed(error.message, job_id=job_id, code=error.code, request_id=error.request_id)
