// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension Act {
    static let licence = Act(
        name: "licence",
        title: "a hall issues, suspends and resumes a licence; it moves; another is revoked",
        asserts: "issued, moved: 06 for good there, 01 here; revoked"
    ) { stage in
        let (desk, near, far) = try stage.hall()
        let life = LicenceStory(
            source: LicenceHall(stage.world, near), destination: LicenceHall(stage.world, far),
            desk: desk, stage: stage)
        let old = try life.source.freeIdentifier(1)
        let id = try life.issue(old)
        try life.suspendAndResume(id)
        try life.move(id, old)
        try life.revoke()
    }
}

/// Two licences from their issue to their end: one moves to another city, one is revoked. What a
/// relay says is compared with what the city's chain holds, and with what a third city is proven.
private struct LicenceStory {
    let source: LicenceHall
    let destination: LicenceHall
    /// Of a third city.
    let desk: LoanDesk
    let stage: Stage

    /// A licence in force; its place on the chain.
    func issue(_ identifier: String) throws -> String {
        let made = try source.issue(identifier)
        guard let id = made["id"]?.string else {
            throw World.Failure(description: "\(source.city.name) issues: \(made.line)")
        }
        try require(source, id, .valid, made)
        say("· \(source.city.name) issues a licence: \(made.statusText)")
        let again = try source.issue(identifier)
        try stage.require(
            again["code"]?.string == "licence/already-issued",
            "an identifier is given once", shown: again.line)
        return id
    }

    func suspendAndResume(_ id: String) throws {
        let issued = try source.onChain(id)
        let suspended = try source.act("suspend", on: id)
        try require(source, id, .suspended, suspended)
        let refused = try source.act("renew", on: id)
        try stage.require(
            refused["code"]?.string == "licence/wrong-status",
            "a suspended licence is not renewed", shown: refused.line)
        say("· suspended: \(suspended.statusText); a renewal gets licence/wrong-status")
        let resumed = try source.act("resume", on: id)
        try require(source, id, .valid, resumed)
        let now = try source.onChain(id)
        try stage.require(
            (issued?.statusAsOf).flatMap { before in now.map { before < $0.statusAsOf } } == true,
            "statusAsOf goes forward", shown: resumed.line)
        say("· resumed: \(resumed.statusText)")
    }

    /// Offered here, taken there: the old one is 06 for good, the new one in force.
    func move(_ id: String, _ old: String) throws {
        try source.waitForOffice(of: destination.city)
        let offered = try source.act("transfer-out", on: id, with: destination.city)
        try require(source, id, .movedOut, offered)
        try stage.require(
            offered["status"]?["final"] == .bool(false)
                && offered["move"]?["phase"]?.string == "offered",
            "an offer is not the end yet", shown: offered.line)
        say("· offered to \(destination.city.name): \(offered.statusText)")
        _ = try source.wait("\(destination.city.name) has the offer", for: id) {
            $0["move"]?["waiting"] == nil
        }
        let taking = try destination.take(
            try destination.freeIdentifier(2), replacing: old, of: source.city)
        guard let new = taking["id"]?.string else {
            throw World.Failure(description: "\(destination.city.name) takes it: \(taking.line)")
        }
        let there = try destination.wait("the new licence is in force", for: new) {
            $0["status"]?["code"]?.string == LicenceStatus.valid.code
        }
        try require(destination, new, .valid, there)
        let here = try source.wait("the old licence is gone for good", for: id) {
            $0["status"]?["final"] == .bool(true)
        }
        try require(source, id, .movedOut, here)
        try stage.require(
            here["move"]?["phase"]?.string == "taken", "the move is taken", shown: here.line)
        say("· \(source.city.name): \(here.statusText), for good")
        say("· \(destination.city.name): \(there.statusText)")
        let late = try source.act("cancel-transfer", on: id)
        try stage.require(
            late["code"]?.string == "licence/taken-first",
            "what was taken is not cancelled", shown: late.line)
        say("· \(source.city.name) would cancel now: licence/taken-first")
        try requireProof(source, old, .movedOut)
        try requireProof(destination, try destination.freeIdentifier(2), .valid)
    }

    func revoke() throws {
        let identifier = try source.freeIdentifier(3)
        let id = try issue(identifier)
        try requireProof(source, identifier, .valid)
        let revoked = try source.act("revoke", on: id)
        try require(source, id, .revoked, revoked)
        try stage.require(
            revoked["status"]?["final"] == .bool(true), "revoked is final", shown: revoked.line)
        try requireProof(source, identifier, .revoked)
    }

    // MARK: What must hold

    /// The relay and the city's chain say the same of a licence, status and moment.
    private func require(
        _ hall: LicenceHall, _ id: String, _ status: LicenceStatus, _ shown: StrictJSON
    ) throws {
        let kept = try hall.onChain(id)
        try stage.require(
            kept?.status == status.code && shown["status"]?["code"]?.string == status.code
                && shown["status"]?["inForce"] == .bool(status.isInForce)
                && shown["status"]?["asOf"]?.string == kept.map { RFC3339.format($0.statusAsOf) },
            "\(hall.city.name)'s relay and chain both say \(status.code)",
            shown: "\(kept?.status ?? "nothing") on the chain; \(shown.line)")
    }

    /// Another city's desk is proven the status.
    private func requireProof(
        _ hall: LicenceHall, _ identifier: String, _ status: LicenceStatus
    ) throws {
        let answer = try desk.ask(
            [
                LoanDesk.Question(
                    city: hall.city, kind: "licence", reference: identifier,
                    predicates: ["inForce"])
            ], caseNumber: "HZ-2026-0101")
        let inForce = "The licence is in force: \(status.isInForce ? "yes" : "no")."
        try stage.require(
            answer.outcomes == ["present"] && answer.status?["code"]?.string == status.code
                && answer.status?["inForce"] == .bool(status.isInForce)
                && answer.verdict.contains(inForce),
            "\(desk.city.name) is proven \(status.code) of \(hall.city.name)'s licence",
            shown: answer.text)
        say("· \(desk.city.name) asks for a proof: \(answer.verdict)")
    }
}

extension StrictJSON {
    /// A licence's status in words, with the moment as of which it holds.
    fileprivate var statusText: String {
        let status = self["status"]
        return [status?["code"], status?["chinese"], status?["english"]]
            .compactMap { $0?.string }.joined(separator: " ")
            + " as of \(status?["asOf"]?.string ?? "never")"
    }
}
