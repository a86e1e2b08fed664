// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
internal import Glibc
import LightClient

// Unsafe: rename(2) takes two C strings.

/// The office's file: index key, records, values and salts. It holds what the chain must not: it is
/// readable by its owner alone, and replaced whole.
struct OfficeFile {
    let path: String

    struct Content {
        var indexKey: [UInt8]
        /// Opens what other offices have sealed to this one.
        var sealing: OfficeSealing
        var records: [OfficeRecord]
        var takes: [OfficeTake] = []
    }

    /// Nil when there is no file yet.
    func read() throws(NodeError) -> Content? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let json = try? JSONParser.parse(Array(data)),
            let key = json["index_key"]?.string.flatMap({ Hex.decode($0) }),
            let sealing = OfficeSealing(json), let items = json["records"]?.array,
            let waiting = json["takes"]?.array
        else { throw .officeUnreadable(path: path) }
        var records: [OfficeRecord] = []
        for item in items {
            guard let record = OfficeFile.record(item, key) else {
                throw .officeUnreadable(path: path)
            }
            records.append(record)
        }
        var takes: [OfficeTake] = []
        for item in waiting {
            guard let take = OfficeTake(item) else { throw .officeUnreadable(path: path) }
            takes.append(take)
        }
        return Content(indexKey: key, sealing: sealing, records: records, takes: takes)
    }

    func write(_ content: Content) throws(NodeError) {
        let json = JSONValue.object(
            [JSONMember("index_key", .string(Hex.encode(content.indexKey)))]
                + content.sealing.json + [
                    JSONMember("records", .array(content.records.map(OfficeFile.json))),
                    JSONMember("takes", .array(content.takes.map(\.json))),
                ])
        let draft = path + ".new"
        let isWritten = FileManager.default.createFile(
            atPath: draft, contents: Data(json.encoded), attributes: [.posixPermissions: 0o600])
        guard isWritten, unsafe rename(draft, path) == 0 else { throw .cannotWrite(path: path) }
    }

    private static func json(_ record: OfficeRecord) -> JSONValue {
        [
            "schema": .string(record.schema.id), "version": .int(record.schema.version),
            "reference": .string(record.reference), "revision": .text(record.revision),
            "status": .string(record.status),
            "status_as_of": .text(record.statusAsOf.unixNanoseconds),
            "values": .object(record.values.map { JSONMember($0.id, .string($0.text)) }),
            "salts": .object(
                record.salts.keys.sorted().map {
                    JSONMember($0, .string(Hex.encode(record.salts[$0]?.bytes ?? [])))
                }),
            "seeds": .object(
                record.seeds.keys.sorted().map {
                    JSONMember($0, .string(record.seeds[$0]?.description ?? ""))
                }),
            "decoys": .array(record.decoys.map { .string(Hex.encode($0.bytes)) }),
            "move": record.move?.json ?? .null, "note": record.note?.json ?? .null,
        ]
    }

    private static func record(_ json: JSONValue, _ key: [UInt8]) -> OfficeRecord? {
        guard let id = json["schema"]?.string, case .number(let version)? = json["version"],
            let schema = UInt32(version).flatMap({
                try? RecordSchemas.builtIn.schema(id: id, version: $0)
            }),
            let reference = json["reference"]?.string,
            let index = try? RecordIndex(key: key, schema: schema, reference: reference),
            let revision = json["revision"]?.string.flatMap({ UInt64($0) }),
            let status = json["status"]?.string,
            let asOf = json["status_as_of"]?.string.flatMap({ Int64($0) }),
            case .object(let values)? = json["values"], case .object(let salts)? = json["salts"],
            case .object(let seeds)? = json["seeds"], let decoys = json["decoys"]?.array
        else { return nil }
        var record = OfficeRecord(
            schema: schema, reference: reference, index: index, revision: revision,
            status: status, statusAsOf: Timestamp(unixNanoseconds: asOf),
            values: values.map { OfficeRecord.Value($0.name, $0.value.string ?? "") },
            salts: Dictionary(
                salts.compactMap { member in salt(member.value).map { (member.name, $0) } },
                uniquingKeysWith: { first, _ in first }),
            seeds: Dictionary(
                seeds.compactMap { member in
                    member.value.string.flatMap { Hex.decode($0) }.flatMap { Digest($0) }
                        .map { (member.name, $0) }
                }, uniquingKeysWith: { first, _ in first }),
            decoys: decoys.compactMap(salt))
        record.move = OfficeMove(json["move"])
        record.note = OfficeNote(json["note"])
        return record
    }

    private static func salt(_ json: JSONValue) -> FieldSalt? {
        json.string.flatMap { Hex.decode($0) }.flatMap { try? FieldSalt($0) }
    }
}
