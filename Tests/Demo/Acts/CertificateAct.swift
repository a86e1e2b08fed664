// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Act {
    static let certificate = Act(
        name: "certificate",
        title: "a relay's certificate runs out, and a new one is put in place without a restart",
        asserts: "announced, expired, told by why; renewed in the process"
    ) { stage in
        let world = stage.world
        let (first, city) = (City.hangzhou, City.loudi)
        try stage.wait(forPart: 1, of: 1)
        let process = world.relays[city.code]?.pid
        let own = Operator(world: world, city: city)
        let peer = Operator(world: world, city: first)

        try world.replaceCertificate(city, ["--days", "5"])
        try own.ask(["status"], until: ["runs out in 4 days", "certificate", "CRITICAL"])
        say("· \(city.name)'s status says that its certificate runs out in 4 days")

        try world.replaceCertificate(
            city, ["--from", "20260101000000Z", "--until", "20260301000000Z"])
        try own.ask(["status"], until: ["The certificate", "ran out", "days ago"])
        // A link that was cut is made anew, and finds the certificate ended.
        world.relays[first.code]?.killNow()
        try world.relays[first.code]?.start()
        try peer.ask(
            ["why", "peer", city.chainID],
            until: ["is not connected", "certificate", "turn operator", "tls.certificate-expired"])
        try peer.ask(["status"], until: [city.chainID, "lost", "tls.certificate-expired"])
        say(
            "· \(first.name)'s why says that TLS with \(city.name)'s relay failed over a certificate"
        )

        try world.replaceCertificate(city, [])
        try peer.ask(["why", "peer", city.chainID], until: ["connected and answers"])
        try own.waitForStatus(0)
        try stage.require(
            world.relays[city.code]?.pid == process && world.relays[city.code]?.isRunning == true,
            "\(city.name)'s relay was not started again")
        try stage.send(3, from: first, to: city)
        try stage.wait(forPart: 1, of: 1)
        say("· the new certificate was picked up by the running relay, and letters pass again")
    }
}
