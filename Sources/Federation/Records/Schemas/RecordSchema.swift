// SPDX-License-Identifier: Apache-2.0

/// Why something of a record is not shown, or a record does not fit its schema. Never carries a
/// value.
public enum RecordSchemaError: Error, Hashable, Sendable {
    case unknownSchema(String, version: UInt32)
    case unknownKind(String)
    case unknownField(String)
    case unknownPredicate(String)
    /// The field never leaves its city.
    case neverDisclosed(String)
    /// Only a predicate may speak of the field.
    case predicateOnly(String)
    /// 不予共享, by the rule that the field cites.
    case withheld(String, basis: String)
    /// A predicate asked in the other form: a flag with a threshold, a count without one.
    case predicateForm(String)
    /// The value has not the field's form.
    case fieldForm(String)
    /// The status is none of the schema's codes.
    case status(String)
    /// Two fields, predicates or schemas of one name.
    case duplicate(String)
}

/// The form of one kind of record, as data: what stands in it, how it is called, who may see it.
/// Source: specs/domain.md section 2.1.
public struct RecordSchema: Hashable, Sendable {
    /// As leaves and states on chains name it.
    public let id: String
    /// Rises when fields are added; a field never changes its meaning.
    public let version: UInt32
    /// As questions and grants name it, and as record indices hold it.
    public let kind: String
    public let chinese: String
    /// How a record of this kind is named in a question.
    public let reference: ReferenceForm
    /// Codes of its status with their Chinese names.
    public let statuses: [StatusCode]
    public let fields: [RecordField]
    public let predicates: [RecordPredicate]

    /// One status.
    public struct StatusCode: Hashable, Sendable {
        public let code: String
        public let chinese: String
        /// Whether a record with this status may be relied on. Of its dates the code says nothing.
        public let isInForce: Bool

        public init(code: String, chinese: String, isInForce: Bool = false) {
            self.code = code
            self.chinese = chinese
            self.isInForce = isInForce
        }

        public static func codes<Table: CodeTable>(
            of table: Table.Type, inForce: (Table) -> Bool
        ) -> [StatusCode] {
            Table.allCases.map {
                StatusCode(code: $0.rawValue, chinese: $0.chinese, isInForce: inForce($0))
            }
        }
    }

    public init(
        id: String, version: UInt32, kind: String, chinese: String, reference: ReferenceForm,
        statuses: [StatusCode], fields: [RecordField], predicates: [RecordPredicate] = []
    ) {
        self.id = id
        self.version = version
        self.kind = kind
        self.chinese = chinese
        self.reference = reference
        self.statuses = statuses
        self.fields = fields
        self.predicates = predicates
    }

    public func field(_ id: String) -> RecordField? { fields.first { $0.id == id } }
    public func predicate(_ id: String) -> RecordPredicate? { predicates.first { $0.id == id } }

    public func status(_ code: String) -> StatusCode? { statuses.first { $0.code == code } }

    /// Throws unless the field may be shown at all. Whether this asker may see it is the policy's
    /// question.
    public func checkDisclosable(field id: String) throws(RecordSchemaError) {
        guard let field = field(id) else { throw .unknownField(id) }
        if case .withheld(let basis) = field.shareClass { throw .withheld(id, basis: basis) }
        switch field.disclosure {
        case .always, .onRequest: return
        case .predicateOnly: throw .predicateOnly(id)
        case .never: throw .neverDisclosed(id)
        }
    }

    /// Throws unless the schema has the predicate in this form.
    public func checkDisclosable(
        predicate id: String, hasThreshold: Bool
    ) throws(RecordSchemaError) {
        guard let predicate = predicate(id) else { throw .unknownPredicate(id) }
        guard (predicate.form == .atLeast) == hasThreshold else { throw .predicateForm(id) }
    }

    /// Throws unless every value belongs to a field and has its form.
    public func check(
        values: [(id: String, text: String)], status: String
    ) throws(RecordSchemaError) {
        var seen: Set<String> = []
        for (id, text) in values {
            guard let field = field(id) else { throw .unknownField(id) }
            guard seen.insert(id).inserted else { throw .duplicate(id) }
            guard field.type.admits(text) else { throw .fieldForm(id) }
        }
        guard statuses.contains(where: { $0.code == status }) else { throw .status(status) }
    }
}

/// The schemas that a member knows.
public struct RecordSchemas: Hashable, Sendable {
    public let all: [RecordSchema]

    /// Throws for two schemas with one name and version, two newest schemas for one kind, or a
    /// schema that names a field twice.
    public init(_ schemas: [RecordSchema]) throws(RecordSchemaError) {
        var names: Set<String> = []
        for schema in schemas {
            guard names.insert("\(schema.id)/\(schema.version)").inserted,
                names.insert("\(schema.kind) \(schema.version)").inserted
            else { throw .duplicate(schema.id) }
            var items: Set<String> = []
            for id in schema.fields.map(\.id) + schema.predicates.map({ "predicate/\($0.id)" }) {
                guard items.insert(id).inserted else { throw .duplicate(id) }
            }
        }
        all = schemas
    }

    private init(unchecked schemas: [RecordSchema]) { all = schemas }

    /// The schemas that come with the program. A test puts them through the checked initializer.
    public static let builtIn = RecordSchemas(unchecked: [
        .fundAccount, .licence, .driversLicence, .businessLicence, .marriage, .residentPoints,
    ])

    public func schema(
        id: String, version: UInt32
    ) throws(RecordSchemaError) -> RecordSchema {
        for schema in all where schema.id == id && schema.version == version { return schema }
        throw .unknownSchema(id, version: version)
    }

    /// What a record's state means by its status; nil for a schema or a code that is unknown here.
    /// A version that is not known has the codes of the newest one that is: no code changes its
    /// meaning.
    public func status(of record: RecordState) -> RecordSchema.StatusCode? {
        let known = all.filter { $0.id == record.schemaID }
        let schema =
            known.first { $0.version == record.schemaVersion }
            ?? known.max { $0.version < $1.version }
        return schema?.status(record.status)
    }

    /// Whether a record whose state names this schema is of the kind. Any schema is admitted for a
    /// kind that none of these schemas is of: a city's own kinds have its own schemas.
    public func admits(schemaID: String, forKind kind: String) -> Bool {
        let known = all.filter { $0.kind == kind }
        return known.isEmpty || known.contains { $0.id == schemaID }
    }

    /// The newest schema of a kind.
    public func schema(kind: String) throws(RecordSchemaError) -> RecordSchema {
        var newest: RecordSchema?
        for schema in all where schema.kind == kind {
            if schema.version > newest?.version ?? 0 { newest = schema }
        }
        guard let newest else { throw .unknownKind(kind) }
        return newest
    }
}
