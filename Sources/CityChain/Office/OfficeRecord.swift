// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// One revision of a record as its office keeps it: values, and the salts that hide them.
package struct OfficeRecord: Hashable, Sendable {
    package struct Value: Hashable, Sendable {
        package let id: String
        package let text: String

        package init(_ id: String, _ text: String) {
            self.id = id
            self.text = text
        }
    }

    package let schema: RecordSchema
    /// In canonical form.
    package let reference: String
    package let index: RecordIndex
    package var revision: UInt64
    package var status: String
    package var statusAsOf: Timestamp
    /// In the schema's order.
    package var values: [Value]
    /// By the name of the leaf; predicates with their prefix.
    package var salts: [String: FieldSalt]
    /// By the name of the threshold predicate.
    package var seeds: [String: Digest]
    package var decoys: [FieldSalt]
    /// The move that this revision is part of; of licences alone.
    package var move: OfficeMove?
    /// On whose word it was made; nil for what the office began with.
    package var note: OfficeNote?

    /// A new revision with salts of its own.
    package init(
        schema: RecordSchema, reference: String, index: RecordIndex, revision: UInt64,
        status: String, statusAsOf: Timestamp, values: [Value], salts source: SaltSource
    ) throws(OfficeError) {
        do throws(RecordSchemaError) {
            try schema.check(values: values.map { ($0.id, $0.text) }, status: status)
        } catch {
            throw OfficeError(error)
        }
        self.schema = schema
        self.reference = reference
        self.index = index
        self.revision = revision
        self.status = status
        self.statusAsOf = statusAsOf
        self.values = schema.fields.compactMap { field in
            values.first { $0.id == field.id && !$0.text.isEmpty }
        }
        (salts, seeds, decoys) = ([:], [:], [])
        do throws(FieldTreeError) {
            for name in leafNames {
                salts[name] = try source.salt(index, revision: revision, name)
            }
            for predicate in schema.predicates where predicate.form == .atLeast {
                let name = "seed/\(predicate.id)"
                seeds[predicate.id] = source.bytes(index, revision: revision, name)
            }
            let count = leafNames.count
            for number in count..<(try FieldTree.leafCount(forFields: count)) {
                decoys.append(try source.salt(index, revision: revision, "decoy/\(number)"))
            }
        } catch {
            throw OfficeError(error)
        }
    }

    /// As it was kept. What does not fit together shows when the tree is built.
    init(
        schema: RecordSchema, reference: String, index: RecordIndex, revision: UInt64,
        status: String, statusAsOf: Timestamp, values: [Value], salts: [String: FieldSalt],
        seeds: [String: Digest], decoys: [FieldSalt]
    ) {
        self.schema = schema
        self.reference = reference
        self.index = index
        self.revision = revision
        self.status = status
        self.statusAsOf = statusAsOf
        self.values = values
        self.salts = salts
        self.seeds = seeds
        self.decoys = decoys
    }

    /// Names of the leaves that are no decoys.
    private var leafNames: [String] {
        values.map(\.id) + schema.predicates.map { SaltedField.predicatePrefix + $0.id }
    }

    package func value(_ id: String) -> String { values.first { $0.id == id }?.text ?? "" }

    package func tree() throws(OfficeError) -> FieldTree {
        do throws(FieldTreeError) {
            var fields: [SaltedField] = []
            for value in values {
                fields.append(
                    try SaltedField(id: value.id, text: value.text, salt: try salt(value.id)))
            }
            for predicate in schema.predicates {
                let name = SaltedField.predicatePrefix + predicate.id
                let content: [UInt8] =
                    switch predicate.form {
                    case .flag: [holds(predicate.id) ? 0x31 : 0x32]
                    case .atLeast:
                        try CountChain.commitment(
                            seed: seeds[predicate.id] ?? .zero, count: count(predicate.id)
                        ).bytes
                    }
                fields.append(try SaltedField(id: name, value: content, salt: try salt(name)))
            }
            return try FieldTree(schemaID: schema.id, fields: fields, decoys: decoys)
        } catch {
            throw OfficeError(error)
        }
    }

    /// What the chain is to say of this revision.
    package func entry() throws(OfficeError) -> RecordEntry {
        RecordEntry(
            index: index,
            state: RecordState(
                schemaID: schema.id, schemaVersion: schema.version, fieldRoot: try tree().root,
                status: status, statusAsOf: statusAsOf, revision: revision),
            move: move?.named)
    }

    private func salt(_ name: String) throws(FieldTreeError) -> FieldSalt {
        guard let salt = salts[name] else { throw .unknownField(name) }
        return salt
    }

    /// Whether a flag holds: the office's own rules, computed from what it keeps.
    package func holds(_ predicate: String) -> Bool {
        switch predicate {
        // "≥ 6 months" is the common threshold of loans.
        case "SixMconFlag": count("monthsGE") >= 6
        case "noUnsettledLoan": value("LoanEndFlag") != "1"
        case "inForce", "married": status == "01"
        case "includesC1": value("ZJCX").contains("C1") && status == "01"
        default: false
        }
    }

    /// The count behind a threshold.
    package func count(_ predicate: String) -> Int {
        predicate == "monthsGE" ? Int(value("LXJCYS")) ?? 0 : 0
    }
}
