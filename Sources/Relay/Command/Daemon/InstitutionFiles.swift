// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials

/// Reads the national list of institutions. One that is not in form keeps the relay from starting:
/// a letter to a centre that has ended would wait for nobody.
enum InstitutionFiles {
    enum Fault: Error, CustomStringConvertible {
        case unreadable(String)
        case refused(String, InstitutionFileError)

        var description: String {
            switch self {
            case .unreadable(let path):
                "letter/institutions-unreadable: \(path) cannot be read. Check the path and its "
                    + "owner."
            case .refused(let path, .tooLong(let limit)):
                "letter/institutions-malformed: \(path) is longer than \(limit). Leave out what "
                    + "no letter is about."
            case .refused(let path, .malformed(let line)):
                "letter/institutions-malformed: \(path):\(line): not seven fields that end with "
                    + "@|$. Correct the line; FORMATS.md has the form."
            case .refused(let path, .repeated(let code, let line)):
                "letter/institutions-malformed: \(path):\(line): \(code) stands twice. Keep one "
                    + "line."
            case .refused(let path, .unknownSuccessor(let code, let line)):
                "letter/institutions-malformed: \(path):\(line): the successor \(code) is not in "
                    + "the list. Add it."
            }
        }
    }

    static func registry(_ path: String) throws -> InstitutionRegistry {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault.unreadable(path)
        }
        do throws(InstitutionFileError) {
            return try InstitutionRegistry(reading: Array(data))
        } catch {
            throw Fault.refused(path, error)
        }
    }
}
