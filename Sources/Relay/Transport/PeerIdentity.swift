// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 of a certificate's SubjectPublicKeyInfo: what a manifest pins.
package struct KeyPin: Hashable, Sendable, CustomStringConvertible {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32

    /// Nil unless there are 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == KeyPin.byteCount else { return nil }
        func word(_ index: Int) -> UInt64 {
            bytes[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// Nil unless the text is 64 hexadecimal digits, with or without `sha256:` before them.
    package init?(_ text: String) {
        let digits = text.hasPrefix("sha256:") ? text.utf8.dropFirst(7) : text.utf8[...]
        guard digits.count == 2 * KeyPin.byteCount else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(value))
                high = nil
            } else {
                high = UInt8(value)
            }
        }
        self.init(bytes: bytes)
    }

    package var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
    }

    package var description: String {
        let digits = Array("0123456789abcdef")
        return "sha256:" + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    package static func == (left: KeyPin, right: KeyPin) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

/// What a person may do at a relay, smallest first. Part of the person's certificate.
package enum PersonRole: String, Hashable, Sendable, Comparable, CaseIterable {
    /// Looks.
    case observer
    /// Parks, releases, pauses, retries.
    case `operator`
    /// What cannot be taken back, and what concerns other members.
    case administrator

    package static func < (left: PersonRole, right: PersonRole) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .observer: 0
        case .operator: 1
        case .administrator: 2
        }
    }
}

/// Who is at the other end, as its certificate says and our authority has signed.
package struct PeerIdentity: Hashable, Sendable, CustomStringConvertible {
    /// The part that a certificate's holder plays; the host of its `cityrelay://` URI.
    package enum Role: String, Hashable, Sendable, CaseIterable {
        /// A member's relay.
        case member
        /// A program of a member.
        case application = "app"
        /// Somebody who works for a member.
        case person
        /// Signed by our authority, but without a usable URI. Only a listener that answers such
        /// holders itself lets them in.
        case nameless = ""
    }

    package let role: Role
    /// GB/T 2260, six digits.
    package let divisionCode: String
    package let institutionCode: String
    /// The application's or the person's; empty for a relay.
    package let name: String
    /// Only for a person.
    package let personRole: PersonRole?
    package let spkiSHA256: KeyPin
    /// Last second of the certificate, in seconds since 1970.
    package let notAfter: Int64

    package init(
        role: Role = .member, divisionCode: String, institutionCode: String, name: String = "",
        personRole: PersonRole? = nil, spkiSHA256: KeyPin, notAfter: Int64
    ) {
        self.role = role
        self.divisionCode = divisionCode
        self.institutionCode = institutionCode
        self.name = name
        self.personRole = personRole
        self.spkiSHA256 = spkiSHA256
        self.notAfter = notAfter
    }

    package var uri: String {
        let owner = "cityrelay://\(role.rawValue)/\(divisionCode)/\(institutionCode)"
        return switch role {
        case .member: owner
        case .application: "\(owner)/\(name)"
        case .person: "\(owner)/\(personRole?.rawValue ?? "")/\(name)"
        case .nameless: "a certificate without a cityrelay URI"
        }
    }

    package var description: String { "\(uri) (\(spkiSHA256))" }
}

/// The member that a client means to reach.
package struct ExpectedMember: Hashable, Sendable {
    package let divisionCode: String
    package let institutionCode: String
    /// Any of these keys is right: two while a member changes its key. Nil: no key is known, and
    /// the authority's word is enough; for commands, never between peers.
    package let pins: [KeyPin]?

    package init(divisionCode: String, institutionCode: String, pins: [KeyPin]?) {
        self.divisionCode = divisionCode
        self.institutionCode = institutionCode
        self.pins = pins
    }

    func admits(_ pin: KeyPin) -> Bool { pins?.contains(pin) ?? true }
}

/// What our side says to a peer whose certificate is in order.
package enum PeerVerdict: Hashable, Sendable {
    case accept
    /// No member, application or operator of ours.
    case unknown
    /// The identity is known, its key is another one.
    case wrongKey
}
