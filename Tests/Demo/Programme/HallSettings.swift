// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation

/// What the examples of APPLICATIONS.md take from the environment, for one city's service hall in a
/// federation that was left running.
struct HallSettings {
    let stage: Stage
    let city: City

    /// A serial that no act gives to a licence.
    private static let freeSerial = "20261127000000009001"

    /// Writes a file for a shell to read, and gives its path.
    func write() throws -> String {
        let world = stage.world
        let certificate =
            "\(world.directory)/certs/\(Application.Name.loanDesk.rawValue)-\(city.code)"
        let other = world.cities.first { $0 != city } ?? city
        let sample = SyntheticRecords(code: city.code).licenceIdentifier(0) ?? ""
        let licence = try LicenceIdentifier(sample)
        let free = try LicenceIdentifier(
            kind: licence.kind, issuer: licence.issuer, serial: HallSettings.freeSerial, version: 1)
        let settings = [
            ("RELAY", "https://127.0.0.1:\(city.apiPort)"), ("CERT", "\(certificate).crt"),
            ("KEY", "\(certificate).key"), ("CA", "\(world.directory)/certs/ca.crt"),
            ("PERSON", stage.person(0, of: other)), ("CENTRE", other.institution),
            ("LICENCE", sample), ("NEW", free.text),
        ]
        let path = "\(world.directory)/hall.sh"
        try world.write(
            settings.map { "export \($0.0)='\($0.1)'\n" }.joined(), to: path, mode: 0o600)
        return path
    }
}
