// SPDX-License-Identifier: Apache-2.0

import Glibc

/// `make demo KEEP=1`: the federation goes on after its acts, for somebody to look around.
struct KeptFederation {
    let stage: Stage
    let city: City

    private func commands(_ hall: String) -> [String] {
        let relay = stage.world.program("cityrelay")
        let configuration = "--config \(stage.world.configurationPath(city))"
        let certificate = "\(stage.world.directory)/certs/wang-\(city.code)"
        let person = "--certificate \(certificate).crt --key \(certificate).key"
        return [
            "\(relay) status \(configuration) \(person)",
            "\(relay) queue list \(configuration) \(person)",
            "\(relay) packet trace \(packet) \(configuration) \(person)",
            "\(relay) console link --name you --role operator \(configuration)",
            ". \(hall); curl -s --http2 --cacert $CA --cert $CERT --key $KEY $RELAY/v1/cities",
        ]
    }

    /// A packet of the city's that there is.
    private var packet: String {
        if let sent = stage.packets.first(where: { $0.from == city }) { return "\(sent.id)" }
        // Every relay tells the others which institution it speaks for.
        let other = stage.world.cities.first { $0 != city }
        return "out/\(other.map { stage.links.client(on: city, of: $0) } ?? "")/1"
    }

    /// Tries the commands, prints them and stays until somebody ends it.
    func wait() throws {
        try Operator(world: stage.world, city: city).waitForStatus(0)
        let hall = try HallSettings(stage: stage, city: stage.world.cities[1]).write()
        let commands = commands(hall)
        for command in commands {
            let (status, output) = try stage.world.capture("/bin/sh", ["-c", command])
            try stage.require(status == 0, "`\(command)` ends with 0", shown: output)
        }
        say("\nThe federation goes on. Five commands worth trying, then Ctrl-C here:")
        for command in commands { say("  \(command)") }
        say("\(hall) sets what the examples of APPLICATIONS.md take from the environment.")
        while stage.world.relays.values.contains(where: { $0.isRunning }) { sleep(1) }
    }
}
