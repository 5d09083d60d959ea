import {
  DefaultFailureConverter,
  type PayloadConverter,
  type ProtoFailure,
  type SerializationContext,
} from '@temporalio/common';

/**
 * Puts the words and the stack of a failure into a payload, which the codec encrypts, as `encodeCommonAttributes` does.
 * Other than that it leaves our code readable, which is no secret and says what to do; and it never changes the failure
 * that an error came with, which would lose its words where an error is written twice. Reading takes failures of both
 * kinds, so histories from before replay.
 */
class EncodingFailureConverter extends DefaultFailureConverter {
  override errorToFailure(error: unknown, converter: PayloadConverter, context?: SerializationContext): ProtoFailure {
    const { message, stackTrace, ...rest } = this.errorToFailureInner(error, converter, context);
    const code = codeOf(rest.applicationFailureInfo?.type, error);
    return {
      ...rest,
      message: `Encoded failure${code === undefined ? '' : ` [${code}]`}`,
      stackTrace: '',
      encodedAttributes: converter.toPayload({ message, stack_trace: stackTrace }, context),
    };
  }
}

/** Of a failure, else of an error that became none: the worker's own, where a key is missing. */
function codeOf(type: string | null | undefined, error: unknown): string | undefined {
  const code = type ?? (error instanceof Error && 'code' in error ? error.code : undefined);
  return typeof code === 'string' && /^LW_[A-Z_]+$/.test(code) ? code : undefined;
}

/** Loaded by its path and this name, by clients and workers and into the workflow bundle. */
export const failureConverter = new EncodingFailureConverter({ encodeCommonAttributes: true });
