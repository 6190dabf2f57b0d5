/**
 * What client and daemon say to each other to move an image's layers: requests, answers and
 * the limits both sides keep.
 *
 * A layer travels as parts: {@link PART_SIZE} uncompressed bytes each (the last may be shorter),
 * every part one independent zstd frame, so that parts can come in any order and be resumed.
 *
 * @module
 */

/** Uncompressed bytes of a part. */
export const PART_SIZE: number = 4 * 1024 * 1024;
/** The largest frame of a part: zstd adds at most 1/256 to what it cannot compress. */
export const MAX_FRAME_SIZE: number = PART_SIZE + 64 * 1024;
/** The highest part index: layers of up to 256 GiB. */
export const MAX_PART_INDEX = 65_535;
/** How many parts a client sends at the same time. */
export const PARTS_IN_FLIGHT = 4;
/** `sha256:` and 64 hexadecimal digits. */
export const DIGEST: RegExp = /^sha256:[0-9a-f]{64}$/;

/** `POST /v1/images/query`: what does the server need of this image? */
export interface ImageQuery {
  /** The client engine's ID of the image. */
  readonly imageId: string;
  /** Digests of the uncompressed layers, lowest first. */
  readonly diffIds: readonly string[];
  /** The reference it shall have on the server. */
  readonly reference: string;
}

/** How much of a layer the server has. */
export interface LayerState {
  readonly have: boolean;
  /** Indexes of the parts that an interrupted upload left. Only where `have` is false. */
  readonly parts?: readonly number[];
}

/** Answer to {@link ImageQuery}. */
export interface ImageQueryAnswer {
  /** The server's engine has the image, and it carries the reference now. */
  readonly present: boolean;
  /** The server engine's own ID of the image, when it is present. */
  readonly imageId: string | null;
  /** The server knows the image's configuration from an earlier load: it need not be sent. */
  readonly config: boolean;
  /** By diff ID. */
  readonly layers: Readonly<Record<string, LayerState>>;
}

/** `GET /v1/layers/{digest}`: the digest is a diff ID, or that of a compressed blob. */
export interface LayerAnswer {
  readonly have: boolean;
  /** What the digest stands for, where it is known. */
  readonly diffId?: string;
  readonly parts: readonly number[];
}

/** `POST /v1/layers/{digest}/complete`: all parts were sent. */
export interface LayerCompletion {
  /** What the uncompressed bytes must hash to. Absent: the server finds out. */
  readonly diffId?: string | undefined;
  /** Uncompressed bytes. */
  readonly size: number;
  /** The number of parts. */
  readonly parts: number;
}

/** Answer to {@link LayerCompletion}. */
export interface LayerCompletionAnswer {
  readonly diffId: string;
  readonly size: number;
}

/** `POST /v1/images/load`: give the image to the engine. */
export interface ImageLoad {
  /** The client engine's ID of the image. */
  readonly imageId: string;
  readonly reference: string;
  /** The image's configuration, byte for byte, in base64. Absent: the server knows it. */
  readonly config?: string | undefined;
  readonly diffIds: readonly string[];
}

/** Answer to {@link ImageLoad}. */
export interface ImageLoadAnswer {
  /** The server engine's own ID of the image. */
  readonly imageId: string;
}

/** `details` of a `LAYER_MISSING` error: what has to be sent before the image can be loaded. */
export interface LayersMissing {
  readonly status: 409;
  readonly missing: readonly string[];
}
