// SPDX-License-Identifier: Apache-2.0

import Federation

/// Why the record office does not answer: an HTTP status, a code that keeps its meaning, and a
/// sentence. None of them carries a reference or a value.
package struct OfficeError: Error, Hashable, Sendable {
    package let status: Int
    package let code: String
    package let detail: String

    init(_ status: Int, _ code: String, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    static func request(_ detail: String) -> OfficeError {
        OfficeError(400, "office/bad-request", detail)
    }

    init(_ error: RecordSchemaError) {
        switch error {
        case .unknownSchema(let id, let version):
            self.init(422, "office/unknown-schema", "schema \(id) \(version) is unknown here")
        case .unknownKind(let kind):
            self.init(422, "office/unknown-kind", "no records of kind \(kind) are kept here")
        case .unknownField(let id):
            self.init(422, "office/unknown-field", "the schema has no field \(id)")
        case .unknownPredicate(let id):
            self.init(422, "office/unknown-predicate", "the schema has no predicate \(id)")
        case .neverDisclosed(let id):
            self.init(422, "office/never-disclosed", "field \(id) never leaves the city")
        case .predicateOnly(let id):
            self.init(422, "office/predicate-only", "of field \(id) only a predicate is shown")
        case .withheld(let id, let basis):
            self.init(422, "office/withheld", "field \(id) is not shared: \(basis)")
        case .predicateForm(let id):
            self.init(
                422, "office/predicate-form",
                "predicate \(id) is asked with atLeast exactly when it is a threshold")
        case .fieldForm(let id):
            self.init(422, "office/field-form", "the value of \(id) has not the field's form")
        case .status(let code):
            self.init(422, "office/unknown-status", "\(code) is no status of the schema")
        case .duplicate(let id):
            self.init(422, "office/asked-twice", "\(id) is named twice")
        }
    }

    init(_ error: FieldTreeError) {
        switch error {
        case .countTooSmall(let threshold):
            self.init(
                422, "office/threshold-not-reached", "it cannot be shown: fewer than \(threshold)")
        case .countOutOfRange:
            self.init(422, "office/threshold-range", "atLeast is a number from 1 to 600")
        case .unknownField(let id):
            self.init(422, "office/not-held", "the record does not hold \(id)")
        case .duplicateField(let id):
            self.init(422, "office/asked-twice", "\(id) is named twice")
        default: self.init(500, "office/record-broken", "the record's tree cannot be built")
        }
    }

    init(_ error: RecordLookupError) {
        switch error {
        case .reference(let fault):
            self.init(422, "office/reference-form", "the reference is not in form: \(fault)")
        case .index(let fault):
            self.init(422, "office/reference-form", "the reference names no place: \(fault)")
        }
    }
}
