// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CoAP

@Suite("Whose session makes room")
struct FairEvictionTests {
    private func candidate(
        _ owner: Int, _ address: UInt64 = 1, heard: Double, isInUse: Bool = false
    ) -> FairEviction.Candidate {
        .init(
            owner: SessionOwner(owner: owner, address: AddressBlock(high: address, low: 0)), isInUse: isInUse,
            lastHeard: .seconds(heard))
    }

    @Test("The owner that has most loses the one heard longest ago, however old those of others are")
    func most() {
        #expect(FairEviction.victim([]) == nil)
        let sessions = [
            candidate(1, heard: 1), candidate(2, heard: 30), candidate(2, heard: 20), candidate(3, heard: 2),
        ]
        #expect(FairEviction.victim(sessions) == 2)
    }

    @Test("Of one identity at many addresses the address that has most loses")
    func sharedIdentity() {
        let sessions = [
            candidate(1, 1, heard: 1), candidate(1, 2, heard: 2), candidate(1, 9, heard: 20),
            candidate(1, 9, heard: 10),
        ]
        #expect(FairEviction.victim(sessions) == 3)
    }

    @Test("Sessions in use stay while there are others, and those of who has less in any case")
    func inUse() {
        #expect(
            FairEviction.victim([candidate(1, heard: 1, isInUse: true), candidate(1, heard: 9), candidate(2, heard: 0)])
                == 1)
        #expect(
            FairEviction.victim([
                candidate(1, heard: 1, isInUse: true), candidate(1, heard: 9, isInUse: true), candidate(2, heard: 0),
            ]) == 0)
    }

    @Test("A thousand sessions of one owner never push out those of a hundred others")
    func crowd() {
        var sessions = (0..<100).map { candidate($0, UInt64($0), heard: 0) }
        for number in 0..<1000 {
            sessions.append(candidate(7777, 7777, heard: Double(number + 1)))
            if sessions.count > 150, let victim = FairEviction.victim(sessions) {
                #expect(sessions[victim].owner.owner == 7777)
                sessions.remove(at: victim)
            }
        }
        #expect(sessions.count { $0.owner.owner != 7777 } == 100)
    }
}
