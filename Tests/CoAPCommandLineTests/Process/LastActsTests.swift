// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation
import Testing

@testable import CoAPCommandLine

@Suite("What is done when the process is ended behind its command's back")
struct LastActsTests {
    @Test("A file that is not whole is removed, one that is stays")
    func file() throws {
        let folder = try TemporaryFolder()
        let acts = LastActs(patience: .seconds(60))
        let whole = try OutputFile(folder.path("whole"), lastActs: acts)
        try whole.write([1])
        try whole.commit()
        let half = try OutputFile(folder.path("half"), lastActs: acts)
        try half.write([1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        acts.run()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["whole"])
        withExtendedLifetime((whole, half)) {}
    }

    @Test("What takes too long is not waited for, what was taken back is not done")
    func patience() {
        let acts = LastActs(patience: .seconds(5))
        let done = Locked<[Int]>([])
        let gone = acts.add { done.withLock { $0.append(1) } }
        acts.remove(gone)
        let release = DispatchSemaphore(value: 0)
        _ = acts.add {
            // Like a terminal that somebody has stopped.
            release.wait()
        }
        _ = acts.add { done.withLock { $0.append(2) } }
        let started = ContinuousClock.now
        acts.run()
        #expect(ContinuousClock.now - started < .seconds(60))
        #expect(done.withLock { $0 } == [2])
        release.signal()
    }
}
