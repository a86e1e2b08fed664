// SPDX-License-Identifier: Apache-2.0

import Federation

extension APIError {
    /// A refusal of the application's door, with what a clerk can say.
    init(_ failure: DisclosureFailure) {
        self.init(
            ApplicationCode(failure.code), failure.detail,
            retryAfterSeconds: failure.retryAfterMilliseconds == 0
                ? nil : Int(failure.retryAfterMilliseconds + 999) / 1_000)
    }

    init(_ code: CounterCode, _ detail: String) { self.init(DisclosureFailure(code, detail)) }
}

extension CounterCode {
    /// The HTTP status where this is a whole call's answer.
    var status: Int {
        switch self {
        case .requestMalformed, .policySeveralSubjects: 400
        case .policyUnknownApplication: 403
        case .proofNotFound, .letterNotFound, .cityUnknown: 404
        case .idempotencyOtherBody, .proofReplayed, .presentationUnknown, .presentationExpired,
            .presentationMismatch, .letterRefused, .chainRefused:
            409
        case .requestTooLarge: 413
        case .cityBusy, .logUnavailable, .chainUnavailable, .cityNoOffice, .cityOfficeFailed,
            .manifestExpired:
            503
        default: 422
        }
    }
}
