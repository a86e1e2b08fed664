// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What an auditor finds wrong with a log. Every case is a fact with its evidence.
public enum LogFinding: Hashable, Sendable {
    /// The bytes at this place are no entry.
    case unreadable(index: UInt64, AccessEntryError)
    /// The provider did not sign what stands there: it was edited, or written by somebody else.
    case unsigned(index: UInt64)
    /// The entry says that it stands elsewhere: one was taken out, put in or moved.
    case sequence(index: UInt64, says: UInt64)
    /// The entry names other predecessors than it has: one before it was edited, taken out or
    /// moved.
    case predecessors(index: UInt64, says: Digest, has: Digest)
    /// The entry is earlier than the one before it.
    case timeOrder(index: UInt64, time: Timestamp, before: Timestamp)
    /// The entry came after a head that was seen at `seen`, and claims to be older than that.
    case backdated(index: UInt64, time: Timestamp, seen: Timestamp)
    /// The entry claims a time after the log's head was given out.
    case postdated(index: UInt64, time: Timestamp, now: Timestamp)
    /// The log has fewer entries than when this head was seen: some were taken out.
    case shrunk(size: UInt64, seen: UInt64)
    /// The entries that a saved head covered are no longer the same.
    case rewritten(size: UInt64, saved: Digest, now: Digest)
    /// The entries do not lead to the head that the log signed.
    case head(size: UInt64, signed: Digest, calculated: Digest)
    /// The head covers another number of entries than were handed over.
    case count(signed: UInt64, handedOver: UInt64)
    /// A requester holds a receipt for an entry that the log does not have.
    case missingEntry(leafHash: Digest)
    /// The entries begin behind a head that the auditor did not keep: nothing is known of what was
    /// before them.
    case unknownStart(size: UInt64)
    /// A receipt that its requester did not sign, or of an entry that was not handed over.
    case receipt(index: UInt64)
    /// The owner signed for another city's word.
    case otherProvider(index: UInt64, MemberID)
    /// None of the asker's evidence keys signed the request: the asker may never have asked.
    case request(index: UInt64, MemberID)
    /// None of the manifests at hand knows the city that is said to have asked.
    case unknownRequester(index: UInt64, MemberID)

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .unreadable: "audit/unreadable"
        case .unsigned: "audit/unsigned"
        case .sequence: "audit/sequence"
        case .predecessors: "audit/predecessors"
        case .timeOrder: "audit/time-order"
        case .backdated: "audit/backdated"
        case .postdated: "audit/postdated"
        case .shrunk: "audit/shrunk"
        case .rewritten: "audit/rewritten"
        case .head: "audit/head"
        case .count: "audit/count"
        case .missingEntry: "audit/missing-entry"
        case .unknownStart: "audit/unknown-start"
        case .receipt: "audit/receipt"
        case .otherProvider: "audit/other-provider"
        case .request: "audit/request"
        case .unknownRequester: "audit/unknown-requester"
        }
    }

    /// The finding as a sentence.
    public var sentence: String {
        switch self {
        case .unreadable(let index, let error): "entry \(index) is no entry (\(error.code))"
        case .unsigned(let index):
            "entry \(index) is not signed by the provider: it was edited, or written by another"
        case .sequence(let index, let says):
            "entry \(index) says that it is entry \(says): one was removed, inserted or moved"
        case .predecessors(let index, let says, let has):
            "entry \(index) names the head \(says) before it, where \(has) stands: "
                + "an entry before it was edited, removed or moved"
        case .timeOrder(let index, let time, let before):
            "entry \(index) of \(RFC3339.format(time)) stands behind one of \(RFC3339.format(before))"
        case .backdated(let index, let time, let seen):
            "entry \(index) claims \(RFC3339.format(time)), but was not there at "
                + "\(RFC3339.format(seen)): it is backdated"
        case .postdated(let index, let time, let now):
            "entry \(index) claims \(RFC3339.format(time)), later than \(RFC3339.format(now))"
        case .shrunk(let size, let seen):
            "the log has \(size) entries and had \(seen): entries were removed"
        case .rewritten(let size, let saved, let now):
            "the first \(size) entries had the head \(saved) and have \(now): history was rewritten"
        case .head(let size, let signed, let calculated):
            "the \(size) entries lead to \(calculated), the log signed \(signed)"
        case .count(let signed, let handedOver):
            "the log signed for \(signed) entries, \(handedOver) were handed over"
        case .missingEntry(let hash):
            "a requester holds a receipt for entry \(hash), which the log does not have"
        case .unknownStart(let size):
            "the export begins after \(size) entries, and you kept no head of that size"
        case .receipt(let index):
            "the receipt of entry \(index) is not signed by its requester, or of no entry here"
        case .otherProvider(let index, let member):
            "entry \(index) is said to be \(member)'s, in a log that is not"
        case .request(let index, let member):
            "no evidence key of \(member) signed the request of entry \(index): it may never have "
                + "asked"
        case .unknownRequester(let index, let member):
            "entry \(index) is about a request of \(member), which none of the manifests given "
                + "knows: give all versions, or ask who that is"
        }
    }
}
