// SPDX-License-Identifier: Apache-2.0

import Glibc

// Unsafe: statvfs and stat fill structs through pointers.

/// Room on the disk of the store.
package enum DiskSpace {
    /// Nil when the file system does not tell.
    package static func of(store path: String) -> StatusReport.Disk? {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        let place = path.hasPrefix("/") ? "/" + folder : folder.isEmpty ? "." : folder
        var facts = statvfs()
        guard unsafe statvfs(place, &facts) == 0 else { return nil }
        let unit = Int64(clamping: facts.f_frsize)
        return StatusReport.Disk(
            folder: place,
            freeBytes: Int64(clamping: facts.f_bavail).multipliedClamping(unit),
            totalBytes: Int64(clamping: facts.f_blocks).multipliedClamping(unit),
            storeBytes: size(path) + size(path + "-wal"))
    }

    private static func size(_ path: String) -> Int64 {
        var facts = stat()
        return unsafe stat(path, &facts) == 0 ? Int64(facts.st_size) : 0
    }
}

extension Int64 {
    fileprivate func multipliedClamping(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
