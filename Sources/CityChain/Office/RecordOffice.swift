// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// A laboratory's record office: the city's own system, which holds what the chain must not. It
/// answers one question about one record at a time; nothing lists records.
///
/// Keeps the last two revisions of a record, and answers from the one that the chain has: between a
/// change and the block that carries it, a proof can still be given.
package final class RecordOffice {
    package let indexKey: [UInt8]
    var sealing: OfficeSealing
    let salts: SaltSource
    private let file: OfficeFile?
    /// By index, oldest revision first; at most two.
    var records: [RecordIndex: [OfficeRecord]]
    /// What the chain may not have yet.
    var unsettled: Set<RecordIndex>
    /// Licences that are being taken in.
    var takes: [LicenceMoveKey: OfficeTake] = [:]
    /// What the city's chain calls its institution.
    package let institution: InstitutionCode?
    /// A value of the chain's state, and all under a prefix.
    package var look: (String, [UInt8]) -> [UInt8]? = { _, _ in nil }
    package var list: (String, [UInt8]) -> [StorePair] = { _, _ in [] }
    /// The state that the chain has; nil for none.
    package var committed: (RecordIndex) -> RecordState? = { _ in nil }

    /// A new office with the laboratory's people.
    package init(
        code: String, people: Int, asOf: Timestamp, salts: SaltSource, path: String? = nil
    ) throws {
        self.salts = salts
        indexKey = salts.indexKey
        sealing = OfficeSealing(secret: salts.sealingSecret)
        institution = CityGenesis.institution(of: code)
        file = path.map { OfficeFile(path: $0) }
        records = [:]
        unsettled = []
        for draft in SyntheticRecords(code: code).all(people: people) {
            let index = try RecordIndex(
                key: indexKey, schema: draft.schema, reference: draft.reference)
            records[index] = [
                try OfficeRecord(
                    schema: draft.schema,
                    reference: try draft.schema.reference.canonical(draft.reference), index: index,
                    revision: 1, status: draft.status, statusAsOf: asOf, values: draft.values,
                    salts: salts)
            ]
        }
        unsettled = Set(records.keys)
        try save()
    }

    private init(
        _ content: OfficeFile.Content, _ file: OfficeFile, _ salts: SaltSource, code: String
    ) {
        indexKey = content.indexKey
        sealing = content.sealing
        institution = CityGenesis.institution(of: code)
        self.salts = salts
        self.file = file
        records = Dictionary(grouping: content.records, by: \.index)
            .mapValues { $0.sorted { $0.revision < $1.revision } }
        unsettled = Set(records.keys)
        for take in content.takes { takes[take.move.named.key] = take }
    }

    /// The office whose file is there; nil when there is none.
    package static func reopen(
        path: String, salts: SaltSource, code: String
    ) throws -> RecordOffice? {
        let file = OfficeFile(path: path)
        return try file.read().map { RecordOffice($0, file, salts, code: code) }
    }

    /// Licences that are on offer, as far as the office knows.
    var offered: [RecordIndex] {
        records.compactMap { index, revisions in
            revisions.last?.move != nil && revisions.last?.status == LicenceStatus.movedOut.code
                ? index : nil
        }.sorted()
    }

    func random() -> Digest { SaltSource.random() }

    package var count: Int { records.count }

    /// The newest states, in the order of their places: what a chain may begin with.
    package func entries() throws(OfficeError) -> [RecordEntry] {
        var entries: [RecordEntry] = []
        for index in records.keys.sorted() {
            guard let record = records[index]?.last else { continue }
            entries.append(try record.entry())
        }
        return entries
    }

    /// The next states that the chain lacks, one revision at a time.
    package func takeUnsettled(limit: Int) throws(OfficeError) -> [RecordEntry] {
        var entries: [RecordEntry] = []
        for index in unsettled.sorted() where entries.count < limit {
            let revision = committed(index)?.revision ?? 0
            guard let next = records[index]?.first(where: { $0.revision > revision }) else {
                unsettled.remove(index)
                continue
            }
            entries.append(try next.entry())
        }
        return entries
    }

    /// Where a record stands or would stand, and the revision to answer from.
    package func find(
        kind: String, reference: String
    ) throws(OfficeError) -> (index: RecordIndex, record: OfficeRecord?) {
        let schema: RecordSchema
        do throws(RecordSchemaError) {
            schema = try RecordSchemas.builtIn.schema(kind: kind)
        } catch {
            throw OfficeError(error)
        }
        do throws(RecordLookupError) {
            let index = try RecordIndex(key: indexKey, schema: schema, reference: reference)
            let revisions = records[index] ?? []
            let settled = committed(index)?.revision
            return (index, revisions.first { $0.revision == settled } ?? revisions.last)
        } catch {
            throw OfficeError(error)
        }
    }

    /// Changes a record: a new revision, with new salts for every leaf. The chain hears of it from
    /// `takeUnsettled`.
    @discardableResult
    package func update(
        kind: String, reference: String, status: String?, values: [OfficeRecord.Value],
        asOf: Timestamp
    ) throws -> OfficeRecord {
        let (index, found) = try find(kind: kind, reference: reference)
        guard found != nil, let last = records[index]?.last else {
            throw OfficeError(422, "office/no-record", "there is no such record")
        }
        guard !unsettled.contains(index) || records[index]?.count == 1 else {
            throw OfficeError(
                422, "office/unsettled", "the last change is not on the chain yet: try again")
        }
        var merged = last.values.filter { old in !values.contains { $0.id == old.id } } + values
        let status = status ?? last.status
        // The account's status stands in a field too.
        if last.schema.field("GRZHZT") != nil {
            merged = merged.filter { $0.id != "GRZHZT" } + [OfficeRecord.Value("GRZHZT", status)]
        }
        let changed = status != last.status
        let record = try OfficeRecord(
            schema: last.schema, reference: last.reference, index: index,
            revision: last.revision + 1, status: status,
            statusAsOf: changed ? max(asOf, last.statusAsOf) : last.statusAsOf, values: merged,
            salts: salts)
        records[index] = [last, record]
        unsettled.insert(index)
        try save()
        return record
    }

    func save() throws {
        let all = records.keys.sorted().flatMap { records[$0] ?? [] }
        try file?.write(
            OfficeFile.Content(
                indexKey: indexKey, sealing: sealing, records: all,
                takes: takes.keys.sorted().compactMap { takes[$0] }))
    }
}
