// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
package import RelayAPI

extension PeerHarness.Relay {
    /// The centre of the relay's own city, its letters in a file beside the relay's.
    package func lettersConfiguration() throws -> LettersConfiguration {
        let applications = ["fund", "loan-desk", "licence-hall"]
        return LettersConfiguration(
            institution: try InstitutionCode("\(city.code)000000000"),
            account: try city.account("bureau"), applications: applications,
            bankApplications: applications,
            sealingSecret: SHA256.hash(Array("sealing \(city.code)".utf8)).bytes,
            storeFile: folder.file("letters.db"))
    }
}
