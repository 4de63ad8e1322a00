//! From tokens to an expression, by precedence: comparison, sum, product, sign.

use super::token::{Token, tokens};
use super::{Binary, Expression, Function, SyntaxError};

const MAX_DEPTH: usize = 32;

pub(super) fn parse(text: &str) -> Result<Expression, SyntaxError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0, end: text.chars().count() };
    let root = parser.comparison()?;
    match parser.peek() {
        None => Ok(root),
        Some(_) => Err(parser.error("an operator or the end is expected")),
    }
}

struct Parser<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    depth: usize,
    end: usize,
}

impl Parser<'_> {
    fn comparison(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        let mut left = self.sum()?;
        if let Some(operator) = self.operator(Binary::is_comparison) {
            let at = self.position();
            let right = self.sum()?;
            left = Expression::Binary { operator, left: Box::new(left), right: Box::new(right), at };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator(|operator| matches!(operator, Binary::Add | Binary::Subtract)) {
            let at = self.position();
            let right = self.product()?;
            left = Expression::Binary { operator, left: Box::new(left), right: Box::new(right), at };
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.signed()?;
        while let Some(operator) = self.operator(|operator| matches!(operator, Binary::Multiply | Binary::Divide)) {
            let at = self.position();
            let right = self.signed()?;
            left = Expression::Binary { operator, left: Box::new(left), right: Box::new(right), at };
        }
        Ok(left)
    }

    fn signed(&mut self) -> Result<Expression, SyntaxError> {
        let mut signs = 0;
        while self.operator(|operator| operator == Binary::Subtract).is_some() {
            signs += 1;
        }
        let at = self.position();
        let inner = self.primary()?;
        Ok(match signs {
            0 => inner,
            1 => Expression::Negate { inner: Box::new(inner), at },
            _ => {
                return Err(SyntaxError { position: at, reason: "one sign is enough" });
            }
        })
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let at = self.position();
        match self.peek() {
            Some(Token::Number(number)) => {
                let number = *number;
                self.next += 1;
                Ok(Expression::Number(number))
            }
            Some(Token::Text(text)) => {
                let text = text.clone();
                self.next += 1;
                Ok(Expression::Text(text))
            }
            Some(Token::Name(name)) => {
                let name = name.clone();
                self.next += 1;
                if matches!(self.peek(), Some(Token::Open)) {
                    self.call(&name, at)
                } else {
                    Ok(Expression::Field { name, at })
                }
            }
            Some(Token::Open) => {
                self.next += 1;
                let inner = self.comparison()?;
                self.close()?;
                Ok(inner)
            }
            _ => Err(self.error("a value is expected")),
        }
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Expression, SyntaxError> {
        let Some(function) = Function::from_name(name) else {
            return Err(SyntaxError { position: at, reason: "unknown function" });
        };
        self.next += 1;
        let mut arguments = Vec::new();
        if !matches!(self.peek(), Some(Token::Close)) {
            arguments.push(self.comparison()?);
            while matches!(self.peek(), Some(Token::Comma)) {
                self.next += 1;
                arguments.push(self.comparison()?);
            }
        }
        self.close()?;
        let (least, most) = function.arity();
        if (least..=most).contains(&arguments.len()) {
            return Ok(Expression::Call { function, arguments, at });
        }
        Err(SyntaxError { position: at, reason: "wrong number of arguments" })
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        if !matches!(self.peek(), Some(Token::Close)) {
            return Err(self.error("a closing parenthesis is expected"));
        }
        self.next += 1;
        Ok(())
    }

    fn operator(&mut self, wanted: impl Fn(Binary) -> bool) -> Option<Binary> {
        let Some(Token::Operator(operator)) = self.peek() else {
            return None;
        };
        let operator = *operator;
        wanted(operator).then(|| self.next += 1)?;
        Some(operator)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn error(&self, reason: &'static str) -> SyntaxError {
        SyntaxError { position: self.position(), reason }
    }
}
