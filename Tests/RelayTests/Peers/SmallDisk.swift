// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import RelayLaboratory

/// A file system of its own with a size, in memory: only who may mount one has it.
struct SmallDisk {
    let path: String
    private var ballast: String { path + "/ballast" }

    /// Whether this machine lets tests mount.
    static let isAllowed: Bool = {
        guard let folder = try? ScratchFolder(),
            let disk = try? SmallDisk(at: folder.file("disk"), bytes: 1 << 20)
        else { return false }
        disk.remove()
        return true
    }()

    init(at path: String, bytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result = try Program.run([
            Program.path("mount") ?? "mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path,
        ])
        guard result.status == 0 else { throw LaboratoryCity.Trouble(result.output) }
    }

    /// Takes all room but some bytes.
    func fill(leaving bytes: Int) throws {
        let facts = try FileManager.default.attributesOfFileSystem(forPath: path)
        let free = facts[.systemFreeSize] as? UInt64 ?? 0
        let result = try Program.run([
            "/usr/bin/fallocate", "-l", "\(max(1, Int(free) - bytes))", ballast,
        ])
        guard result.status == 0 else { throw LaboratoryCity.Trouble(result.output) }
    }

    func empty() { try? FileManager.default.removeItem(atPath: ballast) }

    func remove() { _ = try? Program.run([Program.path("umount") ?? "umount", "--lazy", path]) }
}
