// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The bank's word that money came in (SBDC100, business 17 跨区资金转出): a fact from the bank leg
/// that runs beside the letters.
public struct ArrivalNotice: Hashable, Sendable {
    /// The bank's serial number: one sum of money has one, however often the notice comes. ASCII
    /// without blanks: no two that look alike.
    public let serial: String
    public let amount: Fen
    /// Free text; the letter's number should be in it.
    public let remark: String
    public let time: Timestamp

    /// Nil without a serial, for one of other characters, above the limits of serial and remark,
    /// and for no money.
    public init?(serial: String, amount: Fen, remark: String, time: Timestamp) {
        guard (1...LetterLimits.serialBytes).contains(serial.utf8.count),
            serial.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            remark.utf8.count <= LetterLimits.fieldBytes, amount > .zero
        else { return nil }
        self.serial = serial
        self.amount = amount
        self.remark = remark
        self.time = time
    }

    /// Letter numbers in the remark, each once: runs of exactly sixteen digits that are in form. A
    /// longer run is an account or a serial number, not a letter with something in front.
    public var letterNumbers: [LetterNumber] {
        var found: [LetterNumber] = []
        let runs = remark.utf8.split { !(0x30...0x39).contains($0) }
        for run in runs where run.count == LetterNumber.byteCount {
            guard let text = String(run), let number = try? LetterNumber(text),
                !found.contains(number)
            else { continue }
            found.append(number)
        }
        return found
    }

    private static let domain = Array("cityrelay/letter-arrivals/1".utf8) + [0x00]

    /// Salted commitment to the notices that make up a letter's money, ordered by serial:
    /// SHA-256("cityrelay/letter-arrivals/1" ‖ 00 ‖ salt 1, notices 2 { serial 1, fen 2, time 3 }).
    public static func commitment(to notices: [ArrivalNotice], salt: [UInt8]) -> Digest {
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, salt)
        for notice in notices.sorted(by: { $0.serial < $1.serial }) {
            var inner = ProtobufWriter()
            inner.alwaysString(1, notice.serial)
            inner.uint64(2, notice.amount.count)
            inner.message(3, notice.time)
            writer.alwaysBytes(2, inner.bytes)
        }
        return SHA256.hash(domain, writer.bytes)
    }
}

/// Why money waits in the suspense queue.
public enum SuspenseReason: String, Hashable, Sendable, CaseIterable {
    /// No letter number in the remark.
    case noNumber = "suspense/no-number"
    /// Several of our letters' numbers in the remark.
    case severalNumbers = "suspense/several-numbers"
    /// The number is of no letter of ours.
    case unknownLetter = "suspense/unknown-letter"
    /// The letter has ended: the money has to go back or to a new letter.
    case letterEnded = "suspense/letter-ended"
    /// The letter has as many arrivals as it can take.
    case tooManyArrivals = "suspense/too-many-arrivals"

    public var chinese: String {
        switch self {
        case .noNumber: "附言中没有联系函编号"
        case .severalNumbers: "附言中有多个联系函编号"
        case .unknownLetter: "附言中的联系函编号不存在"
        case .letterEnded: "联系函已办结"
        case .tooManyArrivals: "该联系函到账笔数过多"
        }
    }

    public var english: String {
        switch self {
        case .noNumber: "no letter number in the remark"
        case .severalNumbers: "several letter numbers in the remark"
        case .unknownLetter: "the number in the remark is of no letter here"
        case .letterEnded: "the letter has ended"
        case .tooManyArrivals: "the letter has too many arrivals"
        }
    }
}
