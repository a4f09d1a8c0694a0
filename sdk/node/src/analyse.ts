/** `client.analyse`: recordings, texts and pictures in, explained reports out. */
import { post, type Call, type PostOptions } from './calls.js';
import { AnalysisFailed, ApiError, EchoDepthError } from './errors.js';
import { parts, type FileInput, type Part } from './files.js';
import type { Analysis } from './models/analysis.js';
import { completed, isDone, type Results, type WaitOptions } from './results.js';
import type { Transport } from './transport.js';

/** Figures 0..1 whose crossing is an alert. */
export interface AlertThresholds {
  arousalHigh?: number;
  valenceLow?: number;
  dominanceLow?: number;
  credibilityLow?: number;
}

/** How to analyse, and how to wait for it. */
export interface AnalyseOptions extends PostOptions, WaitOptions {
  /** Seconds that a speaker is compared with; 60 by default. */
  baselineWindowS?: number;
  alertThresholds?: AlertThresholds;
  /** False gives the job at once, as it is: `results.wait(jobId)` waits for it. */
  wait?: boolean;
}

/** A recording, and perhaps what is said in it: as text, or as a WebVTT or SRT file (bytes, Blob or file: URL). */
export interface RecordingInput extends AnalyseOptions {
  file?: FileInput;
  url?: string;
  transcript?: FileInput;
}

/** A text, or a document (txt, md, vtt, srt, pdf, docx). */
export interface TextInput extends AnalyseOptions {
  text?: string;
  file?: FileInput;
  url?: string;
}

/** One picture or several. */
export interface ImageInput extends AnalyseOptions {
  file?: FileInput | FileInput[];
  url?: string | string[];
}

/** Any mix. A document that comes with a recording is its transcript. */
export interface MultimodalInput extends AnalyseOptions {
  video?: FileInput;
  audio?: FileInput;
  image?: FileInput | FileInput[];
  document?: FileInput;
  text?: string;
  videoUrl?: string;
  audioUrl?: string;
  textUrl?: string;
  imageUrl?: string | string[];
}

type Given = [fields: Record<string, unknown>, files: Part[]];
type Kind = 'video' | 'audio' | 'text' | 'image' | 'multimodal';

const RECORDING = ['file', 'url', 'transcript'];
const INPUTS: Record<Kind, readonly string[]> = {
  video: RECORDING,
  audio: RECORDING,
  text: ['text', 'file', 'url'],
  image: ['file', 'url'],
  multimodal: ['video', 'audio', 'image', 'document', 'text', 'videoUrl', 'audioUrl', 'textUrl', 'imageUrl'],
};
const OPTIONS = ['baselineWindowS', 'alertThresholds', 'wait', 'onProgress', 'timeoutMs', 'idempotencyKey', 'signal'];

/**
 * Every method waits for the report, however long that takes, and rejects with `AnalysisFailed` where there is none.
 * When waiting is interrupted (by the signal, or by `onProgress` throwing), the analysis is cancelled too.
 */
export class Analyse {
  constructor(
    private readonly transport: Transport,
    private readonly results: Results,
  ) {}

  /** Analyse a video: faces, voice and words. */
  async video(input: RecordingInput = {}): Promise<Analysis> {
    return await this.run('video', input, () => recording(input));
  }

  /** Analyse sound: voice and words. */
  async audio(input: RecordingInput = {}): Promise<Analysis> {
    return await this.run('audio', input, () => recording(input));
  }

  /** Analyse a text, or a document. */
  async text(input: TextInput = {}): Promise<Analysis> {
    const { file, text, url } = input;
    return await this.run('text', input, () => [{ text, url }, parts('file', file, 'document.txt')]);
  }

  /** Analyse one picture or several. */
  async image(input: ImageInput = {}): Promise<Analysis> {
    return await this.run('image', input, () => [{ urls: several(input.url) }, parts('file', input.file, 'picture')]);
  }

  /** Analyse any mix into one report. */
  async multimodal(input: MultimodalInput = {}): Promise<Analysis> {
    const { text, videoUrl, audioUrl, textUrl } = input;
    const files = [
      ...parts('video', input.video, 'video'),
      ...parts('audio', input.audio, 'audio'),
      ...parts('image', input.image, 'image'),
      ...parts('text', input.document, 'document.txt'),
    ];
    const fields = { text, videoUrl, audioUrl, textUrl, imageUrls: several(input.imageUrl) };
    return await this.run('multimodal', input, () => [fields, files]);
  }

  private async run(kind: Kind, options: AnalyseOptions, given: () => Given): Promise<Analysis> {
    refuseUnknown(kind, options);
    const found = await this.start(call(kind, options, ...given()));
    if (options.wait === false) return found;
    if (!isDone(found)) return await this.wait(found.jobId, options);
    options.onProgress?.(found);
    return completed(found);
  }

  private async start(request: Call): Promise<Analysis> {
    try {
      return await this.transport.ask<Analysis>(request);
    } catch (error) {
      throw failure(error);
    }
  }

  private async wait(jobId: string, options: AnalyseOptions): Promise<Analysis> {
    try {
      return await this.results.wait(jobId, options);
    } catch (error) {
      if (!(error instanceof EchoDepthError)) await this.abandon(jobId);
      throw error;
    }
  }

  /** Whoever waited has gone, and nobody would read the report. What interrupted the waiting matters more than this. */
  private async abandon(jobId: string): Promise<void> {
    try {
      await this.results.cancel(jobId);
    } catch (error) {
      if (!(error instanceof EchoDepthError)) throw error;
    }
  }
}

/** TypeScript looks at the names of options; JavaScript would leave out what it does not know. */
function refuseUnknown(kind: Kind, input: AnalyseOptions): void {
  const known = [...INPUTS[kind], ...OPTIONS];
  const unknown = Object.keys(input).find((name) => !known.includes(name));
  if (unknown) throw new TypeError(`${kind}() has no option '${unknown}': it takes ${known.join(', ')}`);
}

function call(kind: string, options: AnalyseOptions, fields: Record<string, unknown>, files: Part[]): Call {
  if (!files.length && Object.values(fields).every((value) => value === undefined || value === null)) {
    throw new TypeError('there is nothing to analyse: give a file, a text or a url');
  }
  const { alertThresholds, baselineWindowS, idempotencyKey, signal, wait } = options;
  const everything = { ...fields, alertThresholds, baselineWindowS };
  return post(`/v1/analyse/${kind}`, {
    ...(files.length ? { files, fields: everything } : { json: everything }),
    params: wait === false ? { async: 'true' } : {},
    idempotencyKey,
    signal,
  });
}

function recording(input: RecordingInput): Given {
  const { file, transcript, url } = input;
  if (!file && !url) throw new TypeError('there is no recording: give a file or a url');
  const words = typeof transcript === 'string' ? { transcript } : {};
  const document = typeof transcript === 'string' ? undefined : transcript;
  return [
    { url, ...words },
    [...parts('file', file, 'recording'), ...parts('transcript', document, 'transcript.vtt')],
  ];
}

/** An input that was refused after it was taken is a failed analysis, however fast that was. */
function failure(error: unknown): unknown {
  const jobId = error instanceof ApiError ? error.details['job_id'] : undefined;
  if (!(error instanceof ApiError) || typeof jobId !== 'string') return error;
  return new AnalysisFailed(error.message, jobId, error.code, error.requestId);
}

function several(url: string | string[] | undefined): string[] | undefined {
  return url ? [url].flat() : undefined;
}
