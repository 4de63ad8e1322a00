//! How many connections an address may hold.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Clone)]
pub(super) struct AddressCaps {
    most: u32,
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl AddressCaps {
    pub(super) fn new(most: u32) -> Self {
        Self { most, open: Arc::default() }
    }

    /// A share for one more connection, unless the address has its fill.
    pub(super) fn enter(&self, address: IpAddr) -> Option<AddressPermit> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(AddressPermit { address, open: Arc::clone(&self.open) })
    }
}

/// Gives the share back when dropped.
#[derive(Debug)]
pub(super) struct AddressPermit {
    address: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, u32>>>,
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = open.get_mut(&self.address) else { return };
        *count -= 1;
        if *count == 0 {
            open.remove(&self.address);
        }
    }
}
