// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient

extension Act {
    static let auditor = Act(
        name: "auditor",
        title: "an auditor lists and verifies a city's access log, and finds it tampered with",
        asserts: "the log verifies; edited, moved, deleted: each is found"
    ) { stage in
        let (desk, city, _) = try stage.hall()
        let matter = "HZ-2026-0007"
        func ask(_ person: Int, _ kind: String = "fund-account") throws {
            let isAccount = kind == "fund-account"
            _ = try desk.ask(
                [
                    LoanDesk.Question(
                        city: city, kind: kind, reference: stage.person(person, of: city),
                        fields: isAccount ? ["JZNY"] : ["JFZF"])
                ], caseNumber: matter)
        }
        try ask(3)
        try ask(SyntheticRecords.absentPerson)
        try ask(3, "resident-points")
        let auditor = Auditor(world: stage.world, city: city)
        try auditor.search(matter, outcomes: ["released", "absent", "refused"])

        let first = try auditor.visit("visit-1")
        try stage.require(
            first.status == 0, "the export verifies on the first visit", shown: first.output)
        say("· first visit: \(Auditor.summary(first.output))")
        try ask(4)
        let second = try auditor.visit("visit-2", since: "visit-1")
        try stage.require(
            second.status == 0 && second.output.contains(": 1 entries read"),
            "the second visit reads one entry more", shown: second.output)
        say("· second visit: \(Auditor.summary(second.output))")
        try auditor.tamper()
    }
}
