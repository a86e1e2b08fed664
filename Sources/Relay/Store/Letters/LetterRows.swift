// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// One letter as a list shows it. Nothing of it is personal.
package struct LetterRow: Hashable, Sendable {
    /// "330100000000000/3301002611260001".
    package var key: String
    package var number: String
    /// "IN" or "OUT".
    package var side: String
    package var other: String
    package var state: String
    package var isEnded: Bool
    package var changed: Timestamp
    /// `YYYYMMDD`; empty: none.
    package var due: String
    /// Working days.
    package var overdue: Int

    package init(
        key: String, number: String, side: String, other: String, state: String, isEnded: Bool,
        changed: Timestamp, due: String, overdue: Int
    ) {
        self.key = key
        self.number = number
        self.side = side
        self.other = other
        self.state = state
        self.isEnded = isEnded
        self.changed = changed
        self.due = due
        self.overdue = overdue
    }
}

/// One thing that happened to a letter. Bodies hold no personal value in clear.
package struct LetterEventRow: Hashable, Sendable {
    /// The raw values are stored: never reuse one.
    package enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// Our word is on our chain. Body: the packet's value.
        case said = 1
        /// Our chain took the other side's word. Body: the packet's value.
        case heard = 2
        /// The other chain took our word. Body: its name.
        case taken = 3
        /// Body: our word's name, a blank, the code.
        case refused = 4
        case timedOut = 5
        /// Our own chain refused our word. Body as `refused`.
        case refusedHere = 6
        /// A bank's notice. Body: sealed to ourselves.
        case arrived = 7
        /// The clock was looked at and had something to say.
        case ticked = 8
        /// Our chain refused the other side's word. Body: its name, a blank, the code.
        case refusedTheirs = 9
        /// The bank took a notice's money back. Body: the notice, sealed to ourselves.
        case returned = 10
        /// The bank sent our remittance back. Body: its serial, sealed to ourselves.
        case remittanceReturned = 11
        /// The other city's chain has equivocated, as our clients of it have seen.
        case frozen = 12
        /// The federation has rescued our clients of the other chain.
        case thawed = 13
        /// Blocks were missed: the letter is where our chain has it. Body: the letter as the chain
        /// keeps it, which has no personal value.
        case reseated = 14
    }

    package var letter: String
    package var kind: Kind
    package var height: UInt64
    package var time: Timestamp
    package var packet: String
    package var body: [UInt8]

    package init(
        letter: String, kind: Kind, height: UInt64, time: Timestamp, packet: String = "",
        body: [UInt8] = []
    ) {
        self.letter = letter
        self.kind = kind
        self.height = height
        self.time = time
        self.packet = packet
        self.body = body
    }
}

/// One word of ours on its way to our chain.
package struct LetterWordRow: Hashable, Sendable {
    package enum Step: Int, Hashable, Sendable {
        case queued = 0
        case submitted = 1
        case onChain = 2
        case refused = 3
    }

    package var sequence: UInt64
    /// Empty: the announcement of the institution.
    package var letter: String
    package var act: String
    package var client: String
    /// Unix seconds.
    package var timeout: UInt64
    package var value: [UInt8]
    package var content: [UInt8]
    package var step = Step.queued
    package var transaction: [UInt8] = []
    package var hash: [UInt8] = []
    /// The chain takes the transaction up to this height.
    package var lastHeight: UInt64 = 0
    package var code = ""

    package init(
        sequence: UInt64, letter: String, act: String, client: String, timeout: UInt64,
        value: [UInt8], content: [UInt8]
    ) {
        self.sequence = sequence
        self.letter = letter
        self.act = act
        self.client = client
        self.timeout = timeout
        self.value = value
        self.content = content
    }
}

/// One bank's notice.
package struct LetterArrivalRow: Hashable, Sendable {
    /// What `reason` says once the bank has taken the money back.
    package static let returned = "returned"
    /// What `letter` says of money that went back from suspense: no letter's key.
    package static let ofNoLetter = "-"

    /// Keyed hash of its serial.
    package var mark: Digest
    /// Empty: in suspense.
    package var letter: String
    package var time: Timestamp
    package var reason: String
    package var notice: [UInt8]

    package init(
        mark: Digest, letter: String, time: Timestamp, reason: String, notice: [UInt8]
    ) {
        self.mark = mark
        self.letter = letter
        self.time = time
        self.reason = reason
        self.notice = notice
    }
}

/// What one commit of the letters' store writes.
package enum LetterChange: Hashable, Sendable {
    case letter(LetterRow)
    case event(LetterEventRow)
    case word(LetterWordRow)
    case arrival(LetterArrivalRow)
    case answer(StoredAnswer)
    /// The last block that was read.
    case cursor(UInt64)
    case forgetAnswers(before: Timestamp)
    /// The key that all rests under, sealed.
    case vaultKey([UInt8])
    /// The public half of a sealing key that is announced no more.
    case retired(key: [UInt8], at: Timestamp)
    /// What a packet's sealed content was, sealed to ourselves.
    case content(packet: String, [UInt8])
}

/// Which letters a list asks for.
package struct LetterQuery: Hashable, Sendable {
    /// A national state; nil: any.
    package var state: String?
    package var openOnly = false
    package var overdueOnly = false
    package var limit = 100

    package init() {}
}
