// SPDX-License-Identifier: Apache-2.0

extension SharedResource {
    /// A kind of record as its schema describes it. A field that the schema withholds never leaves,
    /// whatever the sharing type; before a sensitive one every predicate of the kind is offered.
    public init(_ schema: RecordSchema, shareClass: ShareClass) {
        let predicates = schema.predicates.map(\.id)
        var items: [Item] = []
        for field in schema.fields {
            var disclosure: Disclosure =
                switch field.disclosure {
                case .always: .always
                case .onRequest: .onRequest
                case .predicateOnly: .predicateOnly
                case .never: .never
                }
            if case .withheld = field.shareClass { disclosure = .never }
            let sensitivity = UInt8(clamping: field.sensitivity.rawValue)
            items.append(
                Item(
                    id: field.id, sensitivity: sensitivity, disclosure: disclosure,
                    predicates: sensitivity >= SharedResource.predicateFirstSensitivity
                        ? predicates : []))
        }
        self.init(
            kind: schema.kind, shareClass: shareClass, items: items, predicates: predicates)
    }
}
