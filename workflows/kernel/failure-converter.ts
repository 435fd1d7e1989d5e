import { DefaultFailureConverter, defaultFailureConverter, type FailureConverter } from '@temporalio/common';
import { wasEncrypted } from './encryption-seen.js';

const encoding = new DefaultFailureConverter({ encodeCommonAttributes: true });

/** Works as the SDK's own, but encrypts the words of failures when the messages of this workflow are encrypted. */
export const failureConverter: FailureConverter = {
  errorToFailure: (error, converter) => (wasEncrypted() ? encoding : defaultFailureConverter).errorToFailure(error, converter),
  failureToError: (failure, converter) => defaultFailureConverter.failureToError(failure, converter),
};
