// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What this city's chain says of a licence: no number and no name, so that it can be shown to
/// whoever holds the place.
struct LicenceView: Encodable, Sendable {
    struct Status: Encodable {
        let text: CodeText
        let asOf: String
        let inForce: Bool
        /// Whether nothing follows any more.
        let final: Bool

        private enum CodingKeys: String, CodingKey { case asOf, inForce, final }

        func encode(to encoder: any Encoder) throws {
            try text.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(asOf, forKey: .asOf)
            try container.encode(inForce, forKey: .inForce)
            try container.encode(final, forKey: .final)
        }
    }

    struct Packet: Encodable {
        let id: String
        let act: String
        let height: UInt64
    }

    struct Move: Encodable {
        let key: String
        let side: String
        let phase: String
        let phaseChinese: String
        /// A word of ours that has no answer yet.
        let waiting: String?
        /// The other institution.
        let with: String
        let decidedAt: UInt64?
        let lastRefusal: String?
        let lastRefusalChinese: String?
        let packets: [Packet]
    }

    let id: String
    /// Absent while the licence is being taken in.
    let status: Status?
    let revision: UInt64
    let move: Move?

    init(_ index: RecordIndex, _ state: RecordState?, _ move: LicenceMoveRecord?) {
        id = index.description
        revision = state?.revision ?? 0
        let isGone = move?.move.side == .source && move?.move.phase == .taken
        status = state.map { Status($0, isGone: isGone) }
        self.move = move.map(Move.init)
    }
}

extension LicenceView.Status {
    fileprivate init(_ state: RecordState, isGone: Bool) {
        let status = LicenceStatus(rawValue: state.status)
        text = status.map { CodeText($0) } ?? CodeText(state.status, "", "")
        asOf = RFC3339.format(state.statusAsOf)
        inForce = status?.isInForce ?? false
        final = status?.isFinal == true || (isGone && status == .movedOut)
    }
}

extension LicenceView.Move {
    fileprivate init(_ record: LicenceMoveRecord) {
        let move = record.move
        key = move.key.description
        side = move.side.rawValue
        phase = move.phase.rawValue
        phaseChinese = move.phase.chinese
        waiting = move.pending?.rawValue
        with = (move.side == .source ? record.destination : record.source).text
        decidedAt = move.decidedAt?.height
        lastRefusal = move.lastRefusal?.rawValue
        lastRefusalChinese = move.lastRefusal?.chinese
        packets = record.words.map { word in
            LicenceView.Packet(
                id: PacketID(
                    direction: word.isOurs ? .outgoing : .incoming, client: record.client,
                    sequence: word.sequence
                ).description, act: word.act.rawValue, height: word.height)
        }
    }
}

extension LicenceStatus: CodedText {
    var english: String {
        switch self {
        case .valid: "valid"
        case .suspended: "suspended"
        case .rescinded: "rescinded"
        case .cancelled: "given up"
        case .expired: "expired"
        case .movedOut: "moved out"
        case .revoked: "revoked"
        case .other: "other"
        }
    }
}

extension LicenceMove.Phase {
    fileprivate var chinese: String {
        switch self {
        case .offered: "已办理转出，待转入"
        case .taken: "已转入"
        case .cancelled: "已取消转出"
        }
    }
}
