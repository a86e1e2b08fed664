// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient

extension Act {
    static let clerk = Act(
        name: "clerk",
        title: "a clerk asks two other cities: present, absent, revoked, refused",
        asserts: "present, absent, revoked are proven; refusals have codes"
    ) { stage in
        let (desk, near, far) = try stage.hall()
        let person = stage.person(0, of: near)

        let present = try desk.ask(
            [
                LoanDesk.Question(
                    city: near, kind: "fund-account", reference: person, fields: ["JZNY"],
                    predicates: ["monthsGE:12", "noUnsettledLoan"])
            ], caseNumber: "HZ-2026-0001")
        try stage.require(
            present.outcomes == ["present"]
                && present.parts[0]["fields"]?["JZNY"]?.string == "202610"
                && present.verdict.contains("without a gap, at least 12: yes"),
            "the account is proven present", shown: present.text)
        say("· present: \(present.verdict)")

        let absent = try desk.ask(
            [
                LoanDesk.Question(
                    city: far, kind: "drivers-licence", reference: person,
                    predicates: ["includesC1"])
            ], caseNumber: "HZ-2026-0001")
        try stage.require(
            absent.outcomes == ["absent"]
                && absent.verdict == "\(far.name) proves that it holds no such record.",
            "the absence of a licence is proven", shown: absent.text)
        say("· absent: \(absent.verdict)")

        try revoke(stage, desk, near)
        try refuse(stage, desk, near, person)

        let mixed = try desk.ask(mixedQuestions(near, far, person), caseNumber: "HZ-2026-0002")
        try stage.require(
            mixed.outcomes == ["present", "refused", "absent"],
            "three sources give three outcomes", shown: mixed.text)
        say("· one request, three sources: \(mixed.outcomes.joined(separator: ", "))")
    }

    /// One person, one matter, three sources of which one will refuse.
    static func mixedQuestions(
        _ near: City, _ far: City, _ person: String
    ) -> [LoanDesk.Question] {
        [
            LoanDesk.Question(
                city: near, kind: "fund-account", reference: person,
                predicates: ["monthsGE:12", "SixMconFlag"]),
            LoanDesk.Question(
                city: near, kind: "resident-points", reference: person, fields: ["JFZF"]),
            LoanDesk.Question(
                city: far, kind: "drivers-licence", reference: person,
                predicates: ["includesC1"]),
        ]
    }

    /// A licence is in force; its issuer revokes it; the next answer proves that it is revoked.
    private static func revoke(_ stage: Stage, _ desk: LoanDesk, _ city: City) throws {
        let records = SyntheticRecords(code: city.code)
        guard let licence = records.licenceIdentifier(5) else {
            throw World.Failure(description: "\(city.name) has no licence of that number")
        }
        let question = LoanDesk.Question(
            city: city, kind: "licence", reference: licence, predicates: ["inForce"])
        let before = try desk.ask([question], caseNumber: "HZ-2026-0003")
        try stage.require(
            before.status?["code"]?.string == "01" && before.status?["inForce"] == .bool(true),
            "the licence is proven in force", shown: before.text)
        try stage.world.change(city, "licence", licence, status: "07")
        var after = before
        // The chain shows it with one of the next blocks.
        for _ in 0..<20 where after.status?["code"]?.string != "07" {
            stage.world.pause(milliseconds: 500)
            after = try desk.ask([question], caseNumber: "HZ-2026-0003")
        }
        try stage.require(
            after.status?["code"]?.string == "07" && after.status?["inForce"] == .bool(false)
                && after.verdict.contains("in force: no"),
            "the licence is proven revoked", shown: after.text)
        say("· revoked: \(after.verdict)")
    }

    private static func refuse(
        _ stage: Stage, _ desk: LoanDesk, _ city: City, _ person: String
    ) throws {
        let refused: [(kind: String, fields: [String], predicates: [String], code: String)] = [
            ("marriage", [], ["married"], "policy/consent-missing"),
            ("fund-account", ["GRZHYE"], [], "policy/field-not-granted"),
            ("resident-points", ["JFZF"], [], "policy/not-shared"),
        ]
        for (kind, fields, predicates, code) in refused {
            let answer = try desk.ask(
                [
                    LoanDesk.Question(
                        city: city, kind: kind, reference: person, fields: fields,
                        predicates: predicates)
                ], caseNumber: "HZ-2026-0004")
            try stage.require(
                answer.outcomes == ["refused"] && answer.code == code,
                "\(kind) is refused, \(code)", shown: answer.text)
            say("· refused, \(code): \(answer.verdict)")
        }
        let two = [person, stage.person(1, of: city)].map {
            LoanDesk.Question(city: city, kind: "fund-account", reference: $0, fields: ["JZNY"])
        }
        let answer = try desk.ask(two, caseNumber: "HZ-2026-0005")
        try stage.require(
            answer.code == "policy/several-subjects", "two persons are refused",
            shown: answer.text)
        say("· two persons in one request: \(answer.code)")
    }
}
