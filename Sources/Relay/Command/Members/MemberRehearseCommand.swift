// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors

/// `cityrelay member rehearse`: the candidate's chain as other members will see it.
enum MemberRehearseCommand {
    static let node = CommandOption(
        "node", value: "URL", "A node of the candidate's own chain.")
    static let nodeAuthorities = CommandOption(
        "node-authorities", value: "FILE", "Certificate authorities of a node reached by https.")
    static let presentKey = CommandOption(
        "present-key", value: "HEX",
        "A key that the chain's store has; nextClientSequence where none is given.")

    static let command = Command(
        "member rehearse", "Try a candidate's chain as other members will",
        discussion:
            "With --endpoint: mutual TLS as peers will use it, and as nobody may. With\n"
            + "--listen the command is the relay itself for that time, where none runs yet.\n"
            + "Against the chain of DIR/member.yaml: height, clock, answer time, the trust\n"
            + "anchor, headers one by one and in one jump, a present and an absent key, and\n"
            + "headers bent in every way a liar could try, which must all be refused. Writes a\n"
            + "report signed with the evidence key; its last lines say how strong the chain is.",
        operands: [MemberOptions.folder],
        options: [
            node, nodeAuthorities, presentKey, DoorRehearsal.endpoint, DoorRehearsal.authorities,
            DoorRehearsal.listen, DoorRehearsal.certificate, DoorRehearsal.clientCertificate,
            DoorRehearsal.clientKey, MemberOptions.out, MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            try run(arguments, &console)
        }
    }

    private static func run(
        _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        let folder = arguments.operands.first ?? "member"
        guard let address = arguments.value(node) else {
            throw ArgumentError.missingValue("--node")
        }
        let draft = try MemberDraft.read("\(folder)/member.yaml", console.files, &console)
        let chain = try draft.chainOrRefusal()
        var key = Array("nextClientSequence".utf8)
        if let text = arguments.value(presentKey) {
            guard let bytes = Hex.decode(text), !bytes.isEmpty else {
                throw ArgumentError.badValue(
                    option: "--present-key", value: text, expected: "hexadecimal digits")
            }
            key = bytes
        }
        let signing = try MemberKeyring.signingKey(MemberKeyring.path(folder, .evidence)) {
            try MemberKeyring.passphrase(arguments)
        }
        var rehearsal = try rehearse(
            chain, address, arguments.value(nodeAuthorities), key, console.now)
        let door = try DoorRehearsal(arguments, folder, draft.id, console.now)
        for line in try door?.run() ?? [] { rehearsal.add(line) }
        let text = report(
            rehearsal, draft, address, console.now, triedDoor: door != nil)
        guard let signed = SignedReport(text, by: signing) else { return .negative }
        let out = arguments.value(MemberOptions.out) ?? "\(folder)/report.txt"
        try MemberFiles.write(out, text + "\n" + Armour.encode(.report, signed.encoded))
        if arguments.isJSON {
            console.print(json(rehearsal, out))
        } else {
            console.print(text)
            console.print("signed with the evidence key: \(out)")
        }
        return rehearsal.isGood ? .success : .negative
    }

    private static func rehearse(
        _ chain: Chain, _ address: String, _ authorities: String?, _ key: [UInt8],
        _ now: Timestamp
    ) throws -> Rehearsal {
        let probe = try ChainProbe(
            address: address, parameters: chain.parameters, authorityFile: authorities)
        defer { probe.stop() }
        var rehearsal = Rehearsal(probe: probe, chain: chain, presentKey: key, now: now)
        do {
            try rehearsal.run()
        } catch let error as NodeError {
            rehearsal.add(
                false, "node", "\(error)", next: "check --node, and whether the node runs")
        }
        return rehearsal
    }

    private static func report(
        _ rehearsal: Rehearsal, _ draft: MemberDraft, _ address: String, _ now: Timestamp,
        triedDoor: Bool
    ) -> String {
        let good = rehearsal.lines.count(where: \.isGood)
        var lines = [
            "Rehearsal of \(rehearsal.chain.id) for \(draft.id), \(now.utcText), node \(address)",
            "",
        ]
        for line in rehearsal.lines {
            lines.append((line.isGood ? "  ok    " : "  FAULT ") + line.text)
            if !line.isGood { lines.append("        \(line.code). Next: \(line.next).") }
        }
        lines += [
            "",
            "\(good) of \(rehearsal.lines.count) in order."
                + (triedDoor ? "" : " Not tried: mutual TLS from outside (--endpoint)."), "",
        ]
        return (lines + rehearsal.strength).joined(separator: "\n") + "\n"
    }

    private static func json(_ rehearsal: Rehearsal, _ out: String) -> JSONText {
        .object([
            ("good", .bool(rehearsal.isGood)), ("report", .string(out)),
            (
                "lines",
                .array(
                    rehearsal.lines.map {
                        .object([
                            ("ok", .bool($0.isGood)), ("code", .string($0.code)),
                            ("text", .string($0.text)), ("next", .string($0.next)),
                        ])
                    })
            ),
            ("strength", .array(rehearsal.strength.map { .string($0) })),
        ])
    }
}
