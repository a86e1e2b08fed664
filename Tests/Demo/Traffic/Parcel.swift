// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient

/// What is sent, and how it must end.
struct Parcel {
    enum End: String, CaseIterable {
        case acknowledged, refused, timedOut
    }

    let payload: Payload
    let timeoutSeconds: UInt64
    let expected: End
    /// Fen that change hands; 0 for licences and for chains without accounts.
    let fen: UInt64

    /// A provident-fund transfer: a balance moves to the account of the same blind reference in the
    /// other city. Nothing in it names a person.
    static func fund(
        from: City, to: City, number: Int, person: Int, expected: End, isLate: Bool,
        timeoutSeconds: UInt64, destinationPort: WireText = "providentfund"
    ) -> Parcel {
        let fen = UInt64(10_000 + number * 37 % 90_000)
        let yuan = "\(fen / 100).\(fen % 100 < 10 ? "0" : "")\(fen % 100)"
        var fields: [(String, String)] = [
            ("TxCode", "BDC901"), ("TxFunc", "0"),
            ("ConNum", "\(from.code)261126\(Parcel.padded(number, 4))"),
            ("TranOutUnitNo", from.institution),
            ("account", SyntheticPeople.accountReference(division: from.code, index: person)),
            ("TranAmt", yuan), ("OrAcctAmt", yuan), ("Yinter", "0.00"), ("GenDate", "20261126"),
        ]
        if expected == .refused { fields.append(("rig_reply", "refuse")) }
        if isLate { fields.append(("rig_reply", "later")) }
        return Parcel(
            payload: payload("providentfund", to: destinationPort, fields),
            timeoutSeconds: timeoutSeconds, expected: expected, fen: fen)
    }

    /// A licence's status, told to the other city under a blind reference.
    static func licence(
        from: City, to: City, number: Int, expected: End, isLate: Bool, timeoutSeconds: UInt64
    ) -> Parcel {
        var fields: [(String, String)] = [
            ("kind", "licence-status"),
            (
                "reference",
                SHA256.hash(Array("demo licence \(from.code)/\(number)".utf8)).description
            ), ("status", "01"), ("statusAsOf", "1795680000"),
        ]
        if expected == .refused { fields.append(("rig_reply", "refuse")) }
        if isLate { fields.append(("rig_reply", "later")) }
        return Parcel(
            payload: payload("licence", to: "licence", fields), timeoutSeconds: timeoutSeconds,
            expected: expected, fen: 0)
    }

    private static func payload(
        _ port: WireText, to destination: WireText, _ fields: [(String, String)]
    ) -> Payload {
        // None of these texts holds a quote, a backslash or a control character.
        let json = "{" + fields.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}"
        return Payload(
            sourcePort: port, destinationPort: destination, version: "cityrelay-1",
            encoding: "application/json", value: Array(json.utf8))
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
