// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A part of an access log that an auditor takes along: `cityrelay-log/1`. Entries from one place
/// up to a signed head, with what the tree was before them. Claimed; `audit` judges.
/// Source: FORMATS.md "Log export".
public struct LogExport: Hashable, Sendable {
    public static let format = "cityrelay-log/1"

    public var owner: MemberID
    /// The signed checkpoint, byte for byte.
    public var checkpoint: [UInt8]
    /// The tree before the first entry: its size, and the roots of its complete subtrees.
    public var start: MerkleFrontier
    public var leaves: [[UInt8]]
    /// Requesters' receipts, by the entries' places.
    public var receipts: [UInt64: [UInt8]]

    /// Entries of one export: a year of a large city in some dozen files.
    public static let maxLeaves = 1_000_000

    public init(
        owner: MemberID, checkpoint: [UInt8], start: MerkleFrontier, leaves: [[UInt8]],
        receipts: [UInt64: [UInt8]]
    ) {
        self.owner = owner
        self.checkpoint = checkpoint
        self.start = start
        self.leaves = leaves
        self.receipts = receipts
    }

    public var json: StrictJSON {
        .object([
            ("format", .string(LogExport.format)), ("owner", .string(owner.description)),
            ("checkpoint", .string(String(decoding: checkpoint, as: UTF8.self))),
            ("start", .integer(start.size)),
            ("peaks", .array(start.peaks.map { .string($0.description) })),
            ("leaves", .array(leaves.map { .string(Base64.encode($0)) })),
            (
                "receipts",
                .array(
                    receipts.sorted { $0.key < $1.key }.map { place, signature in
                        .object([
                            ("entry", .integer(place)),
                            ("signature", .string(Hex.encode(signature))),
                        ])
                    })
            ),
        ])
    }

    /// Reads the text form; members that are unknown or not in form are refused.
    public init(json bytes: [UInt8]) throws(BundleError) {
        let value: StrictJSON
        do throws(StrictJSONError) { value = try StrictJSON(reading: bytes) } catch {
            throw .json(error)
        }
        var top = try BundleObject(value, "log")
        let format = try top.text("format")
        guard format == LogExport.format else { throw .format(format) }
        owner = try top.member("owner")
        checkpoint = Array(try top.text("checkpoint").utf8)
        let size = try top.number("start")
        var peaks: [Digest] = []
        for item in try top.list("peaks", limit: 64) {
            guard let peak = Digest(try BundleObject.hex(item, "peaks")) else {
                throw .form("log.peaks")
            }
            peaks.append(peak)
        }
        guard let start = MerkleFrontier(size: size, peaks: peaks) else { throw .form("log.peaks") }
        self.start = start
        leaves = []
        for item in try top.list("leaves", limit: LogExport.maxLeaves) {
            leaves.append(try BundleObject.base64(item, "leaves"))
        }
        receipts = [:]
        for item in try top.list("receipts", limit: LogExport.maxLeaves) {
            var receipt = try BundleObject(item, "receipts")
            receipts[try receipt.number("entry")] = try receipt.hex("signature")
            try receipt.end()
        }
        try top.end()
    }
}
