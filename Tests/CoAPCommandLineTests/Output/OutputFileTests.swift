// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("Files that a body is written to")
struct OutputFileTests {
    private let new = Array("new".utf8)

    @Test("A file that is there is replaced whole and keeps its mode; a link stays a link")
    func replace() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("old".utf8, to: "file", permissions: 0o640)
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "file")
        try OutputFile.write(new, to: folder.path("link"))
        #expect(try folder.read("file") == new)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "file")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file", "link"])
    }

    @Test("A link that leads nowhere yet leads to the file afterwards")
    func dangling() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "file")
        try OutputFile.write(new, to: folder.path("link"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == "file")
        #expect(try folder.read("file") == new)
    }

    @Test("A file that its owner closed to writing is left alone")
    func readOnly() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("old".utf8, to: "file", permissions: 0o444)
        let error = #expect(throws: OutputError.self) { try OutputFile.write(new, to: file) }
        #expect(error?.status == ExitStatus.cannotCreate && error?.message.contains("read-only") == true)
        #expect(try folder.read("file") == Array("old".utf8))
    }

    @Test("A folder is refused, a device is written to")
    func others() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: OutputError.self) { try OutputFile.write(new, to: folder.path) }
        #expect(error?.status == ExitStatus.cannotCreate)
        try OutputFile.write(new, to: "/dev/null")
    }

    @Test("A file is as it was until all is there, and nothing is left of what was given up")
    func givenUp() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("old".utf8, to: "file")
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "elsewhere")
        do {
            let output = try OutputFile(file)
            try output.write(new)
            let linked = try OutputFile(folder.path("link"))
            try linked.write(new)
            #expect(try folder.read("file") == Array("old".utf8))
        }
        #expect(try folder.read("file") == Array("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file", "link"])
        let output = try OutputFile(file)
        try output.write(new)
        try output.write(new)
        try output.commit()
        #expect(try folder.read("file") == new + new)
    }
}
