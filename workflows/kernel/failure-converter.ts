import { DefaultFailureConverter, defaultFailureConverter, type FailureConverter } from '@temporalio/common';
import { wasEncrypted } from './encryption-seen.js';

const encoding = new DefaultFailureConverter({ encodeCommonAttributes: true });

/** As the SDK's own; where messages of this workflow are encrypted, so are the words of its failures. */
export const failureConverter: FailureConverter = {
  errorToFailure: (error, converter) => (wasEncrypted() ? encoding : defaultFailureConverter).errorToFailure(error, converter),
  failureToError: (failure, converter) => defaultFailureConverter.failureToError(failure, converter),
};
