//! What GPU calls can run on here: the CPU executor, and the adapters that pass the self-test.
use assay_gpu::{Device, DeviceError};
use assay_sandbox::OpenDevice;
use crate::failure::Failure;
use crate::shader::plan::Plan;
use super::{Choice, Rate};

pub struct BackEnd { pub name: String, pub tier: Option<String>, pub driver: Option<String>, device: Option<Box<dyn Device>> }
impl BackEnd {
    pub fn cpu() -> Self { Self { name: "cpu".to_owned(), tier: None, driver: None, device: None } }
    pub fn is_adapter(&self) -> bool { self.tier.is_some() }
    pub fn open(&self, _rate: Rate) -> Result<Box<dyn Device>, DeviceError> { Err(DeviceError("stub".into())) }
    pub fn opener(&self, _rate: Rate) -> OpenDevice { Box::new(|| Err("stub".into())) }
    pub fn device(&mut self) -> Result<&mut dyn Device, DeviceError> { match &mut self.device { Some(d) => Ok(d.as_mut()), None => Err(DeviceError("stub".into())) } }
    pub fn raw(&self, _c: &[(String, f64)]) -> Result<Box<dyn Device>, DeviceError> { Err(DeviceError("stub".into())) }
}
pub fn best() -> Option<BackEnd> { None }
pub fn named(_w: &str) -> Result<BackEnd, String> { Err("stub".into()) }
pub fn back_ends(_w: &str) -> Result<Vec<BackEnd>, Failure> { Ok(vec![BackEnd::cpu()]) }
pub fn for_check(_w: &Choice) -> Result<Vec<BackEnd>, Failure> { Ok(vec![]) }
pub fn races(_p: &Plan) -> Result<Vec<String>, DeviceError> { Ok(vec![]) }
#[derive(Default)]
pub struct Races;
impl Races { pub fn opener(&self) -> OpenDevice { Box::new(|| Err("stub".into())) } pub fn found(&self) -> Vec<String> { vec![] } }
